package io.openclaw.tokenbucket.simulation;

import java.time.Duration;

import io.openclaw.tokenbucket.crdt.Limit;
import io.openclaw.tokenbucket.crdt.MicroTokens;

/**
 * The oracle: one perfect central bucket that knows of every request at once. Written
 * without the product's arithmetic, in floating point.
 */
final class IdealBucket {

	private final double capacity;

	private final double tokensPerSecond;

	private double level;

	private Duration settledAt;

	IdealBucket(Limit limit, Duration now) {
		this.capacity = MicroTokens.toTokens(limit.capacity());
		this.tokensPerSecond = limit.refillRate().tokensPerSecond();
		this.level = this.capacity;
		this.settledAt = now;
	}

	boolean tryConsume(Duration now) {
		double elapsed = now.minus(this.settledAt).toNanos() / 1e9;
		this.level = Math.min(this.capacity, this.level + this.tokensPerSecond * elapsed);
		this.settledAt = now;
		boolean admitted = this.level >= 1;
		this.level -= admitted ? 1 : 0;
		return admitted;
	}

	/**
	 * The most that any policy may have admitted by now.
	 * @param elapsed since the bucket was full
	 * @return tokens
	 */
	double envelope(Duration elapsed) {
		return this.capacity + this.tokensPerSecond * elapsed.toNanos() / 1e9;
	}

}
