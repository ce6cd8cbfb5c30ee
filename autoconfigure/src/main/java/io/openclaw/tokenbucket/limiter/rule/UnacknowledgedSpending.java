package io.openclaw.tokenbucket.limiter.rule;

import java.util.ArrayDeque;

import org.jspecify.annotations.Nullable;

import io.openclaw.tokenbucket.crdt.MemberId;

/**
 * The spending of a member from a bucket: in all, as published, and as acknowledged by
 * all members that it hears. Amounts are micro-tokens. Mutable, confined to its bucket.
 */
final class UnacknowledgedSpending {

	// While nobody is heard nothing is acknowledged, for as long as that lasts.
	private static final int MAX_PUBLICATIONS = 64;

	// None while there are none: most of a million buckets wait for no acknowledgement.
	private @Nullable ArrayDeque<Publication> publications;

	private long spent;

	private long published;

	private long acknowledged;

	private long unpublishedSince;

	void spend(long amount, long now) {
		if (this.spent == this.published) {
			this.unpublishedSince = now;
		}
		this.spent += amount;
	}

	void publish(long batch, long now) {
		if (this.spent != this.published) {
			this.published = this.spent;
			if (this.publications == null) {
				this.publications = new ArrayDeque<>(2);
			}
			Publication joined = (this.publications.size() < MAX_PUBLICATIONS) ? null : this.publications.pollLast();
			long since = (joined != null) ? joined.spentSince() : this.unpublishedSince;
			this.publications.add(new Publication(batch, this.spent, since, now));
		}
	}

	/**
	 * All heard members have acknowledged.
	 * @param batch up to which batch
	 * @param demand counts what is newly acknowledged, aged from its publication
	 * @param self this member
	 * @return whether anything is newly acknowledged
	 */
	boolean acknowledge(long batch, Demand demand, MemberId self) {
		boolean news = false;
		for (Publication oldest = oldest(); oldest != null && oldest.batch() <= batch; oldest = next()) {
			demand.add(self, oldest.spent() - this.acknowledged, oldest.publishedAt());
			this.acknowledged = oldest.spent();
			news = true;
		}
		return news;
	}

	long unacknowledged() {
		return this.spent - this.acknowledged;
	}

	long unpublished() {
		return this.spent - this.published;
	}

	boolean isAcknowledged() {
		return this.spent == this.acknowledged;
	}

	/**
	 * How long the oldest unacknowledged spending has been so.
	 * @param now the current time in nanoseconds
	 * @return nanoseconds
	 */
	long lag(long now) {
		if (isAcknowledged()) {
			return 0;
		}
		Publication oldest = oldest();
		return now - ((oldest != null) ? oldest.spentSince() : this.unpublishedSince);
	}

	private @Nullable Publication oldest() {
		return (this.publications != null) ? this.publications.peek() : null;
	}

	private @Nullable Publication next() {
		if (this.publications != null) {
			this.publications.remove();
			if (this.publications.isEmpty()) {
				this.publications = null;
			}
		}
		return oldest();
	}

	private record Publication(long batch, long spent, long spentSince, long publishedAt) {
	}

}
