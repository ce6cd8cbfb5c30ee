package io.openclaw.tokenbucket.limiter.adaptive;

import io.openclaw.tokenbucket.limiter.bucket.ActiveLimit;

/**
 * Finds the rate that an upstream bears. Congestion shows in answers that take longer
 * than usual, as in TCP Vegas (Brakmo, Peterson 1995), in requests that are refused, and
 * in requests that are not answered at all. While it lasts, what is answered is what the
 * upstream can do (Cardwell et al., BBR, 2016): the rate goes there, and below it until
 * the queue is gone. Otherwise the rate grows. Latency that does not fall although less
 * is sent does not depend on the rate, and becomes the usual one. Pure and stateless: the
 * same from the same on every member.
 */
final class RateController {

	/** Fewer requests say nothing yet. */
	static final long LEAST_SAMPLE = 10;

	// The most by which the factor changes in a step.
	private static final double MOST_DOWN = 0.7;

	private static final double MOST_UP = 1.5;

	// Above that part of all answers, refusals are not chance.
	private static final double BEARABLE_REFUSALS = 0.02;

	private static final long LEAST_REFUSALS = 2;

	private static final double BEARABLE_LATENCY = 2;

	// Pauses of garbage collection are no congestion of a service that answers at once.
	private static final double BEARABLE_DELAY_MICROS = 10_000;

	// What is sent and what is answered differ by so much only where a queue grows or
	// shrinks.
	private static final double BALANCE = 0.05;

	// Where fewer are answered, others may be answered as well, but too late for those
	// who
	// waited.
	private static final double TELLING = 0.3;

	// A queue is to be gone in about that time.
	private static final double DRAIN_MICROS = 5e6;

	private static final double LEAST_DRAIN = 0.03;

	private static final double MOST_DRAIN = 0.4;

	// After so many steps with less load a queue would have become shorter.
	private static final long PATIENCE = 8;

	private static final double SHORTER = 0.9;

	private static final double LONGER = 1.25;

	// Growth of a step, and how much faster it becomes with each step.
	private static final double GROWTH = 0.02;

	private static final double ACCELERATION = 0.005;

	private static final double MOST_GROWTH = 0.15;

	private static final long MOST_COUNTED = 1_000;

	private static final double FALL_OF_BASELINE = 0.25;

	private static final double RISE_OF_BASELINE = 1.0 / 128;

	private RateController() {
	}

	/**
	 * The register of the next step.
	 * @param rate the register of the step that ended
	 * @param seen what all members saw during it
	 * @param floor the least factor, in millionths
	 */
	static AdaptiveRate next(AdaptiveRate rate, Observation seen, long floor) {
		if (Math.max(seen.sent(), seen.ended()) < LEAST_SAMPLE) {
			return new AdaptiveRate(rate.nextStep(), rate.factor(), rate.capacity(), rate.baseline(), rate.reference(),
					rate.count(), true);
		}
		boolean refused = seen.refused() >= LEAST_REFUSALS && seen.refused() > BEARABLE_REFUSALS * seen.ended();
		boolean stalled = seen.ended() < seen.sent() / 2 && isSlow(seen.backlogMicros(), rate);
		if (refused || stalled || isSlow(seen.latencyMicros(), rate)) {
			return giveWay(rate, seen, refused || stalled, floor);
		}
		return grow(rate, seen.latencyMicros(), floor);
	}

	/**
	 * Beyond which answers take longer than usual.
	 * @return microseconds, infinite while nothing is usual
	 */
	static double bearableMicros(AdaptiveRate rate) {
		return (rate.baseline() == 0) ? Double.POSITIVE_INFINITY
				: BEARABLE_LATENCY * rate.baseline() + BEARABLE_DELAY_MICROS;
	}

	private static boolean isSlow(double micros, AdaptiveRate rate) {
		return micros > bearableMicros(rate);
	}

	private static AdaptiveRate grow(AdaptiveRate rate, double latency, long floor) {
		long count = rate.isCongested() ? 0 : Math.min(MOST_COUNTED, rate.count() + 1);
		double slow = rate.factor() * (1 + Math.min(MOST_GROWTH, GROWTH + ACCELERATION * count));
		double known = rate.capacity() * (1 - LEAST_DRAIN);
		double usual = rate.baseline();
		double change = (latency < usual) ? FALL_OF_BASELINE : RISE_OF_BASELINE;
		double baseline = (usual == 0 || latency == 0) ? Math.max(usual, latency) : usual + change * (latency - usual);
		return new AdaptiveRate(rate.nextStep(), within(Math.max(slow, known), rate.factor(), floor),
				(known > slow) ? rate.capacity() : 0, micros(baseline), 0, count, false);
	}

	private static AdaptiveRate giveWay(AdaptiveRate rate, Observation seen, boolean proven, long floor) {
		double latency = seen.latencyMicros();
		boolean longer = latency > LONGER * rate.reference();
		boolean moves = longer || latency < SHORTER * rate.reference();
		if (!proven && !moves && rate.count() >= PATIENCE) {
			return new AdaptiveRate(rate.nextStep(), rate.factor(), 0, micros(latency), 0, 0, false);
		}
		double chance = Math.max(BALANCE, 2 * Math.sqrt(seen.inFlight()) / Math.max(1, seen.sent()));
		double delivered = (double) seen.answered() / Math.max(1, seen.sent());
		boolean draining = rate.isCongested() && seen.ended() > (1 + chance) * seen.sent();
		double capacity = rate.capacity();
		if (delivered < TELLING) {
			capacity = Math.max(capacity, rate.factor() * MOST_DOWN);
		}
		else if (draining) {
			capacity = Math.max(capacity, rate.factor() * delivered);
		}
		else if (!rate.isCongested() || proven || delivered < 1 - chance) {
			capacity = rate.factor() * Math.min(1, delivered);
		}
		else if (longer) {
			capacity *= 1 - 2 * LEAST_DRAIN;
		}
		double delay = Math.max(0, latency - rate.baseline());
		double drain = Math.min(MOST_DRAIN, Math.max(LEAST_DRAIN, delay / DRAIN_MICROS));
		double target = (delivered < TELLING) ? 0 : (draining && proven) ? rate.factor() : capacity * (1 - drain);
		return new AdaptiveRate(rate.nextStep(), within(target, rate.factor(), floor),
				Math.max(1, Math.min(ActiveLimit.WHOLE, Math.round(capacity))), rate.baseline(),
				Math.max(1, moves ? micros(latency) : rate.reference()), moves ? 0 : rate.count() + 1, false);
	}

	private static long micros(double value) {
		return Math.min(Observation.LARGEST, Math.round(value));
	}

	private static long within(double factor, long before, long floor) {
		double bounded = Math.min(before * MOST_UP, Math.max(before * MOST_DOWN, factor));
		return Math.min(ActiveLimit.WHOLE, Math.max(floor, Math.round(bounded)));
	}

}
