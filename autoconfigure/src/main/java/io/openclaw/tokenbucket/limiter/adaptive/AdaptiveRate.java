package io.openclaw.tokenbucket.limiter.adaptive;

import java.util.Comparator;

import io.openclaw.tokenbucket.limiter.bucket.ActiveLimit;

/**
 * The part of its configured rate at which a limit refills, and what the next step goes
 * by: a register that members make from step to step, each from what all of them saw.
 * Merge is commutative, associative and idempotent. Immutable.
 *
 * @param step how many steps there were
 * @param factor of the configured rate, in millionths
 * @param capacity the factor at which the upstream answered all that was sent in the last
 * congestion; zero once the rate passed it
 * @param baseline how long answers take to begin without congestion, in microseconds;
 * zero while that is not known
 * @param reference in a congestion, the latency from which it is to fall, in
 * microseconds; zero while there is none
 * @param count steps since that latency last fell; or since the last congestion
 * @param partial whether too few requests were seen for a verdict, so that the next step
 * goes on to count
 */
public record AdaptiveRate(long step, long factor, long capacity, long baseline, long reference, long count,
		boolean partial) {

	private static final long LARGEST = Observation.LARGEST;

	// Who saw less sees more with the next step; until then the lower rate harms nobody.
	private static final Comparator<AdaptiveRate> ORDER = Comparator.comparingLong(AdaptiveRate::step)
		.thenComparing(Comparator.comparingLong(AdaptiveRate::factor)
			.thenComparingLong(AdaptiveRate::capacity)
			.thenComparingLong(AdaptiveRate::baseline)
			.thenComparingLong(AdaptiveRate::reference)
			.thenComparingLong(AdaptiveRate::count)
			.thenComparing(AdaptiveRate::partial)
			.reversed());

	/**
	 * Begins.
	 * @param factor of the configured rate, in millionths
	 */
	static AdaptiveRate startingAt(long factor) {
		return new AdaptiveRate(0, factor, 0, 0, 0, 0, false);
	}

	/**
	 * The register that both sides follow once they know of both.
	 * @param other a register of the same definition of the same limit
	 * @return the one of the later step, under the same step the one that admits less;
	 * this very instance if the other adds nothing
	 */
	public AdaptiveRate merge(AdaptiveRate other) {
		return (ORDER.compare(this, other) >= 0) ? this : other;
	}

	/**
	 * Whether members could have made it.
	 * @return {@code false} if it can only be forged or damaged
	 */
	public boolean isInRange() {
		return this.factor > 0 && Math.max(this.factor, this.capacity) <= ActiveLimit.WHOLE && this.step <= LARGEST
				&& this.baseline <= LARGEST && this.reference <= LARGEST && this.count <= LARGEST;
	}

	long nextStep() {
		return Math.min(LARGEST, this.step + 1);
	}

	boolean isCongested() {
		return this.reference > 0;
	}

}
