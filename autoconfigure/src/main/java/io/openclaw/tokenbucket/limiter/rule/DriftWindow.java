package io.openclaw.tokenbucket.limiter.rule;

import java.time.Duration;

import io.openclaw.tokenbucket.crdt.MicroTokens;
import io.openclaw.tokenbucket.crdt.Refill;
import io.openclaw.tokenbucket.crdt.RefillRate;

/**
 * The spending of others from a bucket, compared with the spending that the rules allow:
 * at most what was there and what was refilled since, less what was spent here. Told over
 * a window, since single merges come as unevenly as messages travel. Amounts are
 * micro-tokens, times nanoseconds of one clock. Mutable, confined to its bucket.
 */
public final class DriftWindow {

	private static final long MIN_WINDOW_NANOS = Duration.ofSeconds(1).toNanos();

	private static final int WINDOW_INTERVALS = 5;

	// Above what a state may count, and far enough from the overflow of a sum.
	private static final long MAX_AMOUNT = Long.MAX_VALUE / 4;

	private long since;

	private long available;

	private long consumedHereBefore;

	private long returnedBefore;

	private long seen;

	private long largestCost = MicroTokens.PER_TOKEN;

	/**
	 * Begins the first window.
	 * @param available what all members together may spend
	 * @param consumedHere what this member has spent so far
	 * @param returned what all have given back so far
	 * @param now the current time
	 */
	public DriftWindow(long available, long consumedHere, long returned, long now) {
		begin(available, consumedHere, returned, now);
	}

	/**
	 * Begins the next window. A debt was seen when it was made, and is not counted again.
	 */
	public void begin(long newAvailable, long consumedHere, long returned, long now) {
		this.available = Math.max(0, newAvailable);
		this.returnedBefore = returned;
		this.consumedHereBefore = consumedHere;
		this.since = now;
		this.seen = 0;
		this.largestCost = Math.max(MicroTokens.PER_TOKEN, this.largestCost / 2);
	}

	/**
	 * This member spends. What others ask for at once is likely to be as much.
	 */
	public void spend(long cost) {
		this.largestCost = Math.max(this.largestCost, cost);
	}

	public void see(long amount) {
		this.seen = Math.min(MAX_AMOUNT, this.seen + Math.min(MAX_AMOUNT, amount));
	}

	public long since() {
		return this.since;
	}

	public boolean isOver(long syncIntervalNanos, long now) {
		return now - this.since >= Math.max(MIN_WINDOW_NANOS, WINDOW_INTERVALS * syncIntervalNanos);
	}

	/**
	 * How much more others spent than they may have. Each may have spent one request that
	 * this member did not know of when the window began.
	 * @param rate of the refill
	 * @param members how many are heard
	 * @param consumedHere what this member has spent so far
	 * @param returned what all have given back so far, which could be spent once more
	 * @param now the current time
	 * @return micro-tokens, not negative
	 */
	public long excess(RefillRate rate, int members, long consumedHere, long returned, long now) {
		long refilled = new Refill(rate, 1).accrue(now - this.since, MAX_AMOUNT);
		long back = Math.min(MAX_AMOUNT, returned - this.returnedBefore);
		long allowed = Math.max(0, this.available + refilled + back - (consumedHere - this.consumedHereBefore));
		return Math.max(0, this.seen - allowed - members * this.largestCost);
	}

}
