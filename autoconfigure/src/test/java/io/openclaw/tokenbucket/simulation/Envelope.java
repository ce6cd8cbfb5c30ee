package io.openclaw.tokenbucket.simulation;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Locale;

/**
 * How far the admissions of one bucket, over whatever stretch of time, lie above what the
 * fleet was entitled to. The largest over all stretches is kept as a leaky bucket: each
 * admission pours in, and what refills runs out. In tokens.
 */
final class Envelope {

	// Seconds: no schedule lasts longer.
	private static final double LONGEST_SILENCE = 15;

	private double capacity;

	private double perSecond;

	private final Duration bound;

	private final ArrayDeque<Admission> onLevel = new ArrayDeque<>();

	private final ArrayDeque<Belief> believed = new ArrayDeque<>();

	private double excess;

	private double entitled = 1;

	private double clockRate = 1;

	private double mostEntitled = 1;

	private Duration settledAt = Duration.ZERO;

	private double onLevelNow;

	private double mostOnLevel;

	private double slack;

	private double byJoiners;

	private double forgotten;

	private double admitted;

	private double worst = Double.NEGATIVE_INFINITY;

	Envelope(Duration bound) {
		this.bound = bound;
	}

	/**
	 * From now on the members believe in so many whole buckets of this size, and refill
	 * them so fast.
	 */
	void entitle(double buckets, double newCapacity, double newPerSecond, double rate, Duration now) {
		settle(now);
		this.capacity = Math.max(this.capacity, newCapacity);
		this.perSecond = newPerSecond;
		this.entitled = Math.max(1, buckets);
		this.clockRate = Math.max(1, rate);
		// While news of a joiner travels some reckon with one member less than others.
		this.believed.add(new Belief(now, this.entitled));
		while (this.believed.element().at().plus(this.bound).compareTo(now) < 0) {
			this.believed.remove();
		}
		double lasting = this.believed.stream().mapToDouble(Belief::buckets).min().orElse(1);
		this.mostEntitled = Math.max(this.mostEntitled, lasting);
	}

	/**
	 * Something happened that may cost this much.
	 */
	void allow(double tokens) {
		this.slack += tokens;
	}

	/**
	 * A member of so many that was silent may be removed, and its share of the refill
	 * credited at once. What it might have held is free then as well, but that was never
	 * spent.
	 */
	void allowForCredit(int members) {
		double share = 1.0 / members;
		allow(Math.max(0, Math.min(this.capacity, this.perSecond * share * LONGEST_SILENCE) - this.capacity * share));
	}

	/**
	 * Spending was forgotten.
	 */
	void forget(double tokens) {
		this.forgotten += tokens;
	}

	void admitAsJoiner(double tokens, Duration now) {
		this.byJoiners += tokens;
		admit(tokens, now);
	}

	void admitOnLevel(double tokens, Duration now) {
		this.onLevel.add(new Admission(now, tokens));
		this.onLevelNow += tokens;
		while (this.onLevel.element().at().plus(this.bound).compareTo(now) < 0) {
			this.onLevelNow -= this.onLevel.remove().tokens();
		}
		this.mostOnLevel = Math.max(this.mostOnLevel, this.onLevelNow);
		admit(tokens, now);
	}

	void admit(double tokens, Duration now) {
		settle(now);
		this.admitted += tokens;
		this.excess += tokens;
		this.worst = Math.max(this.worst, this.excess - limit());
	}

	/**
	 * What may lie above what refilled.
	 */
	double limit() {
		return this.capacity * this.mostEntitled + this.slack + this.byJoiners + this.forgotten + this.mostOnLevel;
	}

	double admitted() {
		return this.admitted;
	}

	/**
	 * The most that was above what is allowed; negative where there was room left.
	 */
	double worst() {
		return this.worst;
	}

	@Override
	public String toString() {
		return String.format(Locale.ROOT,
				"admitted %.0f, worst %.1f over %.1f = %.0f x %.2f + events %.1f + joiners %.0f + forgotten %.1f + on level %.0f",
				this.admitted, this.worst, limit(), this.capacity, this.mostEntitled, this.slack, this.byJoiners,
				this.forgotten, this.mostOnLevel);
	}

	private void settle(Duration now) {
		double seconds = now.minus(this.settledAt).toNanos() / 1e9;
		this.settledAt = now;
		this.excess = Math.max(0, this.excess - seconds * this.perSecond * this.entitled * this.clockRate);
	}

	private record Belief(Duration at, double buckets) {
	}

	private record Admission(Duration at, double tokens) {
	}

}
