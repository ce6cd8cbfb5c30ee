package io.openclaw.tokenbucket.replication.delivery;

/**
 * How many changed buckets this member may publish in half a sync interval. All of them,
 * as long as the others keep up. Once they are late to acknowledge, a few, until they are
 * not, and then half as many as before. Each time that they have acknowledged these, some
 * more. What is not published yet changes on, and travels once. So members that cannot
 * merge as much as changes learn of it later, rather than lose each other. Mutable,
 * confined to the replicating thread.
 * <p>
 * TCP finds out in the same way how much a path bears (RFC 5681).
 */
public final class FlowControl {

	// No burden to anybody.
	private static final int LEAST = 10;

	private static final int ALL = Integer.MAX_VALUE;

	private static final int GROWTH_DIVISOR = 8;

	private int most = ALL;

	private int published;

	private boolean held;

	private boolean leaving;

	private long changedAt;

	/**
	 * Half a sync interval is over.
	 * @param late whether a member that is heard is late to acknowledge
	 * @param last the number of the last batch
	 * @param acknowledged up to which batch all members that are heard have everything
	 */
	void renew(boolean late, long last, long acknowledged) {
		if (late && !this.leaving) {
			this.most = this.held ? this.most : Math.max(LEAST, Math.min(this.most, this.published) / 2);
			this.held = true;
		}
		else if (this.held) {
			this.held = false;
			this.changedAt = last;
		}
		else if (isOpen()) {
			this.most = ALL;
		}
		else if (acknowledged >= this.changedAt) {
			this.most += Math.max(LEAST, this.most / GROWTH_DIVISOR);
			this.changedAt = last;
		}
		this.published = 0;
	}

	/**
	 * This member leaves, and publishes everything before.
	 */
	public void leave() {
		this.leaving = true;
		this.held = false;
		this.most = ALL;
	}

	/**
	 * Whether one more bucket may be published now.
	 */
	boolean isOpen() {
		return this.published < (this.held ? LEAST : this.most);
	}

	/**
	 * A bucket is published.
	 */
	void publish() {
		this.published++;
	}

}
