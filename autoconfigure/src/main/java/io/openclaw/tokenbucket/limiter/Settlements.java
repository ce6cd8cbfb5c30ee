package io.openclaw.tokenbucket.limiter;

import java.util.concurrent.atomic.AtomicBoolean;

import org.jspecify.annotations.Nullable;

import io.openclaw.tokenbucket.crdt.MicroTokens;
import io.openclaw.tokenbucket.limiter.bucket.Advance;
import io.openclaw.tokenbucket.limiter.bucket.Bucket;
import io.openclaw.tokenbucket.limiter.bucket.Line;
import io.openclaw.tokenbucket.limiter.decision.Charge;
import io.openclaw.tokenbucket.limiter.decision.DecisionListener;
import io.openclaw.tokenbucket.limiter.decision.Settlement;
import io.openclaw.tokenbucket.limiter.decision.SettlementEvent;
import io.openclaw.tokenbucket.limiter.decision.SettlementEvent.Outcome;
import io.openclaw.tokenbucket.limiter.store.LimitBuckets;

/**
 * Settles what requests took in advance of their costs. Immutable.
 *
 * @param clock the clock of the buckets
 * @param listener is told of every settlement, may be {@code null}
 */
record Settlements(NanoClock clock, @Nullable DecisionListener listener) {

	/**
	 * What a request takes in advance: of no tokens the smallest amount, which every
	 * bucket has that has anything.
	 */
	static Advance advance(LimitBuckets buckets, long tokens) {
		return new Advance((tokens == 0) ? 1 : buckets.costOf(tokens));
	}

	/**
	 * Opens what was taken.
	 * @param charge in advance
	 * @param advance taken
	 * @param bucket where
	 */
	BucketSettlement open(LimitBuckets buckets, Charge charge, Advance advance, Bucket bucket) {
		buckets.statistics().countAdvance();
		return new BucketSettlement(buckets, charge, advance, bucket);
	}

	/**
	 * Of one request and one bucket.
	 */
	final class BucketSettlement implements Settlement {

		private final LimitBuckets buckets;

		private final Charge charge;

		private final Advance advance;

		private final Bucket bucket;

		private final AtomicBoolean settled = new AtomicBoolean();

		private BucketSettlement(LimitBuckets buckets, Charge charge, Advance advance, Bucket bucket) {
			this.buckets = buckets;
			this.charge = charge;
			this.advance = advance;
			this.bucket = bucket;
		}

		@Override
		public boolean settle(long tokens) {
			if (tokens < 0) {
				throw new IllegalArgumentException("tokens must not be negative: " + tokens);
			}
			return settleAndServe(MicroTokens.ofTokens(Math.min(tokens, MicroTokens.MAX_TOKENS)), Outcome.USED);
		}

		@Override
		public boolean refund() {
			return settleAndServe(0, Outcome.REFUNDED);
		}

		@Override
		public boolean keep() {
			return settleAndServe(this.advance.amount(), Outcome.KEPT);
		}

		/**
		 * Refunds without telling those who wait, for a caller that holds a lock.
		 */
		void withdraw(long now) {
			settle(0, Outcome.REFUNDED, now);
		}

		private boolean settleAndServe(long used, Outcome outcome) {
			long now = Settlements.this.clock.nanoTime();
			boolean first = settle(used, outcome, now);
			if (first) {
				Line.serve(this.bucket, now);
			}
			return first;
		}

		private boolean settle(long used, Outcome outcome, long now) {
			if (!this.settled.compareAndSet(false, true)) {
				return false;
			}
			this.buckets.statistics().countSettlement();
			long reserved = this.advance.amount();
			long most = reserved + MicroTokens.ofTokens(overdraft());
			long cost = Math.min(used, most);
			long refunded = settle(cost, now);
			DecisionListener told = Settlements.this.listener;
			if (told != null) {
				told.onSettlement(new SettlementEvent(this.charge.limit(), this.charge.key(), outcome, reserved, used,
						refunded, Math.max(0, cost - reserved)));
			}
			return true;
		}

		// Of a bucket that was dropped nothing is missing. What its successor is to pay,
		// it pays as if nothing had been taken.
		private long settle(long cost, long now) {
			Long back = this.bucket.settle(this.advance, cost, now);
			if (back == null && cost > this.advance.amount()) {
				Advance nothing = new Advance(0);
				this.buckets.ask(this.charge.key(),
						(successor) -> successor.settle(nothing, cost - this.advance.amount(), now), now);
			}
			return (back != null) ? back : 0;
		}

		private long overdraft() {
			Long most = this.charge.overdraft();
			return (most != null) ? Math.min(most, MicroTokens.MAX_TOKENS) : 0;
		}

	}

}
