package io.openclaw.tokenbucket.limiter.bucket;

import org.jspecify.annotations.Nullable;

import io.openclaw.tokenbucket.crdt.Birth;
import io.openclaw.tokenbucket.crdt.Fold;
import io.openclaw.tokenbucket.crdt.TokenBucketState;
import io.openclaw.tokenbucket.limiter.port.BucketKey;
import io.openclaw.tokenbucket.limiter.port.DriftListener;
import io.openclaw.tokenbucket.limiter.port.MergeResult;
import io.openclaw.tokenbucket.limiter.rule.Credit;
import io.openclaw.tokenbucket.limiter.rule.FoldedReplica;
import io.openclaw.tokenbucket.limiter.rule.LocalReplica;

/**
 * What a bucket tells its peers, and what it takes over from them. Amounts are
 * micro-tokens, times nanoseconds of one clock. Mutable, confined to its bucket.
 */
final class Exchange {

	private final BucketKey key;

	private final LocalReplica replica;

	private final FoldedReplica folds;

	private final Credit credit;

	private final PeerSpending peers;

	private final Activity<?> activity;

	private final SeenSpending seen;

	private final ContextFollower context;

	private final Surroundings<?> around;

	Exchange(BucketKey key, LocalReplica replica, Credit credit, PeerSpending peers, Activity<?> activity,
			SeenSpending seen, ContextFollower context, Surroundings<?> around) {
		this.key = key;
		this.replica = replica;
		this.folds = new FoldedReplica(replica);
		this.credit = credit;
		this.peers = peers;
		this.activity = activity;
		this.seen = seen;
		this.context = context;
		this.around = around;
	}

	/**
	 * Merges what a peer sent, but for what it can only have made up, unless both
	 * together are more than a bucket may count.
	 */
	MergeResult merge(TokenBucketState remote, long now) {
		if (!remote.isInRange()) {
			return MergeResult.OVERFULL;
		}
		TokenBucketState met = meet(remote, now);
		if (met == null) {
			return MergeResult.OUTDATED;
		}
		TokenBucketState credible = this.replica.credible(met);
		TokenBucketState before = this.replica.state();
		long availableBefore = this.replica.spendable();
		if (this.replica.merge(credible)) {
			this.activity.use(now);
			this.around.queues().merges().onMerge(this.key, before, credible, this.replica.state());
			learn(before, availableBefore, now);
		}
		if (!this.replica.state().isAtLeast(credible)) {
			return MergeResult.OVERFULL;
		}
		return (credible == met) ? MergeResult.MERGED : MergeResult.CONTRADICTION;
	}

	private @Nullable TokenBucketState meet(TokenBucketState remote, long now) {
		boolean ahead = this.replica.fold().compareTo(remote.fold()) > 0;
		Birth before = this.replica.birth();
		Fold foldBefore = this.replica.fold();
		TokenBucketState met = this.folds.meet(remote, this.context::nextBirth);
		boolean anew = this.replica.birth() != before;
		if (anew) {
			this.peers.forget();
		}
		if (ahead || (anew && !remote.isAtLeast(this.replica.state()))) {
			this.activity.markDirty();
		}
		if (this.replica.fold() != foldBefore) {
			this.context.doubtReplica(now);
		}
		return met;
	}

	private void learn(TokenBucketState before, long availableBefore, long now) {
		if (this.peers.learn(before, availableBefore, now)) {
			this.activity.markDirty();
		}
		this.context.trimExcess();
		this.around.statistics().see(this.replica.level());
		this.credit.share(this.replica.view(), now);
		DriftListener listener = this.context.isConfigured() ? this.around.queues().drift() : DriftListener.NONE;
		this.peers.judge(this.key, this.context.syncIntervalNanos(), listener, now);
		this.context.doubtReplica(now);
	}

	MergeResult restore(TokenBucketState saved, long now) {
		boolean untouched = this.seen.isOf(this.replica.state());
		MergeResult result = merge(saved, now);
		if (untouched) {
			this.seen.see(this.replica.state());
		}
		return result;
	}

	MergeResult restoreForAll(TokenBucketState saved, long now) {
		TokenBucketState before = this.replica.state();
		MergeResult result = merge(saved, now);
		if (!before.isAtLeast(this.replica.state())) {
			this.activity.markDirty();
		}
		return result;
	}

	boolean isAtRest() {
		return this.folds.isAtRest();
	}

	void fold(long now) {
		if (this.folds.fold(now)) {
			this.activity.markDirty();
		}
	}

	/**
	 * The state to be sent in a batch, which from then on counts as published by it.
	 */
	TokenBucketState publish(long batch, long now) {
		TokenBucketState published = this.replica.state();
		this.credit.publish(batch, now);
		this.replica.tell();
		this.activity.publish();
		return published;
	}

	void acknowledge(long batch, long now) {
		this.credit.acknowledge(batch, this.replica.view(), now);
		if (this.credit.isAcknowledged()) {
			this.activity.acknowledge();
		}
	}

	/**
	 * Has the bucket published unless it is full: nobody tells the others of refill as
	 * long as nobody spends.
	 */
	void publishRefill() {
		if (this.replica.isBelowFull()) {
			this.activity.markDirty();
		}
	}

}
