package io.openclaw.sample.chaos.load;

/**
 * Judges what a fleet does with one bucket by a perfect one that is asked the same at the
 * moment when each request is sent. Written without the product's arithmetic, in floating
 * point. Thread-safe.
 */
public final class Oracle {

	/**
	 * Below this part of the capacity, what a perfect bucket has left is a matter of
	 * milliseconds.
	 */
	private static final double SLACK = 0.05;

	private final double capacity;

	private final double tokensPerSecond;

	private double level;

	private long settledAt;

	private long sent;

	private long ideal;

	private long admitted;

	private long wrong;

	/**
	 * Creates the oracle of a bucket that is full.
	 * @param capacity tokens
	 * @param tokensPerSecond the refill
	 */
	public Oracle(double capacity, double tokensPerSecond) {
		this.capacity = capacity;
		this.tokensPerSecond = tokensPerSecond;
		this.level = capacity;
	}

	synchronized void sent(long now) {
		settle(now);
		this.sent++;
		if (this.level >= 1) {
			this.level -= 1;
			this.ideal++;
		}
	}

	synchronized void admitted() {
		this.admitted++;
	}

	/**
	 * Notes a rejection.
	 * @param now the time, in nanoseconds
	 * @return whether it was wrong, since a perfect bucket has tokens left
	 */
	synchronized boolean rejected(long now) {
		settle(now);
		boolean isWrong = this.level > Math.max(1, SLACK * this.capacity);
		this.wrong += isWrong ? 1 : 0;
		return isWrong;
	}

	private void settle(long now) {
		if (this.settledAt != 0 && now > this.settledAt) {
			double refilled = this.level + this.tokensPerSecond * (now - this.settledAt) / 1e9;
			this.level = Math.min(this.capacity, refilled);
		}
		this.settledAt = Math.max(now, this.settledAt);
	}

	/**
	 * How matters stand.
	 * @return the counts up to now
	 */
	public synchronized Account account() {
		return new Account(this.capacity, this.sent, this.ideal, this.admitted, this.wrong);
	}

	/**
	 * What was admitted.
	 *
	 * @param capacity tokens that the bucket holds
	 * @param sent requests
	 * @param ideal requests that a perfect bucket admitted
	 * @param admitted requests that the fleet admitted
	 * @param wrong requests that the fleet rejected while a perfect bucket had tokens
	 */
	public record Account(double capacity, long sent, long ideal, long admitted, long wrong) {

		/**
		 * What was admitted since. A perfect bucket begins with what the fleet had left.
		 * What the fleet had admitted too much by then is not forgotten.
		 * @param earlier an earlier account
		 * @return the differences
		 */
		public Account since(Account earlier) {
			long idealBefore = Math.min(earlier.ideal, earlier.admitted);
			return new Account(this.capacity, this.sent - earlier.sent, this.ideal - idealBefore,
					this.admitted - earlier.admitted, this.wrong - earlier.wrong);
		}

		/**
		 * What the fleet admitted beside a perfect bucket.
		 * @return 1 if it was the same
		 */
		public double ratio() {
			return (double) this.admitted / this.ideal;
		}

		/**
		 * How much more the fleet admitted.
		 * @return as part of the capacity, negative if it admitted less
		 */
		public double drift() {
			return (this.admitted - this.ideal) / this.capacity;
		}

	}

}
