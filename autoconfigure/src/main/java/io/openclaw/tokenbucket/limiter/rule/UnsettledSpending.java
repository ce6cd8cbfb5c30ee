package io.openclaw.tokenbucket.limiter.rule;

/**
 * What was taken of a bucket in advance of its cost, and how much of it can still come
 * back. What flows in meanwhile fills the room of what turns out not to be needed. So of
 * a bucket that was full since nothing comes back: a caller would have it twice. Amounts
 * are micro-tokens. Mutable, confined to its bucket.
 */
public final class UnsettledSpending {

	private long taken;

	private long returnable;

	public void take(long amount) {
		this.taken += amount;
		this.returnable += amount;
	}

	/**
	 * The bucket has filled up to now.
	 * @param room what it lacks
	 */
	public void fillUpTo(long room) {
		if (room < this.returnable) {
			this.returnable = Math.max(0, room);
		}
	}

	/**
	 * Ends what was taken for one request.
	 * @param amount what was taken
	 * @param unused what of it was not needed
	 * @return what may come back
	 */
	public long settle(long amount, long unused) {
		long back = Math.min(unused, this.returnable);
		this.taken -= amount;
		this.returnable = Math.min(this.returnable - back, this.taken);
		return back;
	}

	public boolean isEmpty() {
		return this.taken == 0;
	}

}
