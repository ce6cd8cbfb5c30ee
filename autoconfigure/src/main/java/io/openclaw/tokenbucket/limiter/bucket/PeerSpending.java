package io.openclaw.tokenbucket.limiter.bucket;

import org.jspecify.annotations.Nullable;

import io.openclaw.tokenbucket.crdt.Limit;
import io.openclaw.tokenbucket.crdt.TokenBucketState;
import io.openclaw.tokenbucket.limiter.membership.MembershipView;
import io.openclaw.tokenbucket.limiter.port.BucketKey;
import io.openclaw.tokenbucket.limiter.port.DriftListener;
import io.openclaw.tokenbucket.limiter.rule.Credit;
import io.openclaw.tokenbucket.limiter.rule.DriftWindow;
import io.openclaw.tokenbucket.limiter.rule.LocalReplica;

/**
 * The spending of other members, as merges reveal it: their demand, and how much of it
 * the rules did not allow. Mutable, confined to its bucket.
 */
final class PeerSpending {

	private final LocalReplica replica;

	private final Credit credit;

	private @Nullable DriftWindow window;

	PeerSpending(LocalReplica replica, Credit credit) {
		this.replica = replica;
		this.credit = credit;
	}

	/**
	 * The members or the limit changed, or nothing happened for long: what the rules
	 * allowed before says nothing of what they allow now.
	 */
	void forget() {
		this.window = null;
	}

	boolean isForgotten() {
		return this.window == null;
	}

	void spend(long cost) {
		if (this.window != null) {
			this.window.spend(cost);
		}
	}

	/**
	 * Learns from a merge.
	 * @param before the state before it
	 * @param availableBefore what was spendable before it
	 * @return whether any news must be passed on
	 */
	boolean learn(TokenBucketState before, long availableBefore, long now) {
		DriftWindow current = this.window;
		if (current == null) {
			current = new DriftWindow(availableBefore, this.replica.consumedHere(), before.allReturned(), now);
			this.window = current;
		}
		return learn(before, current, now);
	}

	private boolean learn(TokenBucketState before, DriftWindow current, long now) {
		MembershipView view = this.replica.view();
		boolean[] relayed = new boolean[1];
		this.replica.state().consumed().forEachAbove(before.consumed(), (birth, amount, known) -> {
			// A member counts only what is acknowledged of its own spending: what others
			// remember of its earlier births may be of any age.
			if (!birth.member().equals(view.self())) {
				long spent = (known > 0) ? amount - known : recent(amount);
				this.credit.learn(birth.member(), spent, now);
				// A merge may reveal spending of any time of one that is not heard.
				if (view.hears(birth.member())) {
					current.see(spent);
				}
			}
			relayed[0] |= view.relays(birth.member());
		});
		return relayed[0];
	}

	// Peers may remember old spending of a bucket that was dropped here as full. Old
	// spending is no present demand, so at most what the bucket now lacks counts.
	private long recent(long amount) {
		return Math.min(amount, Math.max(0, this.replica.limit().capacity() - this.replica.level()));
	}

	/**
	 * Tells what the peers spent beyond the rules, where a window is over.
	 */
	void judge(BucketKey key, long syncIntervalNanos, DriftListener listener, long now) {
		DriftWindow current = this.window;
		if (current != null && current.isOver(syncIntervalNanos, now)) {
			Limit limit = this.replica.limit();
			long consumedHere = this.replica.consumedHere();
			long returned = this.replica.state().allReturned();
			long excess = current.excess(limit.refillRate(), this.replica.view().heard().size(), consumedHere, returned,
					now);
			listener.onWindow(key, limit, excess, current.since(), now);
			current.begin(this.replica.spendable(), consumedHere, returned, now);
		}
	}

}
