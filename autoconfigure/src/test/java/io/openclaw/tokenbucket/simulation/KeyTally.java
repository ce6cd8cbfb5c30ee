package io.openclaw.tokenbucket.simulation;

import java.time.Duration;

import io.openclaw.tokenbucket.crdt.Limit;
import io.openclaw.tokenbucket.crdt.MicroTokens;

/**
 * What was admitted of one key, beside an ideal bucket that got the same requests.
 */
final class KeyTally {

	private final IdealBucket ideal;

	private final double capacity;

	private final double perSecond;

	private long admittedByIdeal;

	private long admitted;

	private long decided;

	// Admissions less what refilled, as a leaky bucket: its largest value is the most
	// above the refill over any stretch of time.
	private double poured;

	private double most;

	private Duration pouredAt = Duration.ZERO;

	KeyTally(Limit limit) {
		this.ideal = new IdealBucket(limit, Duration.ZERO);
		this.capacity = MicroTokens.toTokens(limit.capacity());
		this.perSecond = limit.refillRate().tokensPerSecond();
	}

	void arrive(Duration now) {
		this.admittedByIdeal += this.ideal.tryConsume(now) ? 1 : 0;
	}

	void decide(boolean admits, Duration now) {
		this.decided++;
		if (admits) {
			this.admitted++;
			double seconds = now.minus(this.pouredAt).toNanos() / 1e9;
			this.poured = Math.max(0, this.poured - seconds * this.perSecond) + 1;
			this.pouredAt = now;
			this.most = Math.max(this.most, this.poured);
		}
	}

	long decided() {
		return this.decided;
	}

	long admitted() {
		return this.admitted;
	}

	long admittedByIdeal() {
		return this.admittedByIdeal;
	}

	/**
	 * The most tokens above capacity and refill, over whatever stretch of time.
	 */
	double over() {
		return this.most - this.capacity;
	}

}
