package io.openclaw.tokenbucket.simulation;

import java.time.Duration;

import io.openclaw.tokenbucket.crdt.Limit;
import io.openclaw.tokenbucket.crdt.MicroTokens;

/**
 * The oracle: one perfect central bucket that knows of every request at once. Written
 * without the product's arithmetic, in floating point.
 */
final class IdealBucket {

	private double capacity;

	private double tokensPerSecond;

	private double began;

	private double accrued;

	private Duration changedAt;

	private double level;

	private Duration settledAt;

	IdealBucket(Limit limit, Duration now) {
		this.capacity = MicroTokens.toTokens(limit.capacity());
		this.tokensPerSecond = limit.refillRate().tokensPerSecond();
		this.level = this.capacity;
		this.began = this.level;
		this.settledAt = now;
		this.changedAt = now;
	}

	/**
	 * Goes on with another capacity and rate: what is there stays, as far as there is
	 * room for it.
	 */
	void change(double newCapacity, double newTokensPerSecond, Duration now) {
		settle(now);
		this.accrued += this.tokensPerSecond * now.minus(this.changedAt).toNanos() / 1e9;
		this.changedAt = now;
		this.capacity = newCapacity;
		this.tokensPerSecond = newTokensPerSecond;
		this.level = Math.min(this.level, newCapacity);
	}

	/**
	 * Is full at once, as a bucket that nobody used when its limit grew.
	 */
	void fill(Duration now) {
		settle(now);
		this.began += this.capacity - this.level;
		this.level = this.capacity;
	}

	boolean tryConsume(Duration now) {
		settle(now);
		boolean admitted = this.level >= 1;
		this.level -= admitted ? 1 : 0;
		return admitted;
	}

	/**
	 * The most that any policy may have admitted by now: what was there in the beginning
	 * and what has accrued since.
	 * @return tokens
	 */
	double envelope(Duration now) {
		return this.began + this.accrued + this.tokensPerSecond * now.minus(this.changedAt).toNanos() / 1e9;
	}

	private void settle(Duration now) {
		double elapsed = now.minus(this.settledAt).toNanos() / 1e9;
		this.level = Math.min(this.capacity, this.level + this.tokensPerSecond * elapsed);
		this.settledAt = now;
	}

}
