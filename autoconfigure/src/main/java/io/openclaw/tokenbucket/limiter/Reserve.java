package io.openclaw.tokenbucket.limiter;

import java.util.ArrayDeque;
import java.util.Iterator;

import io.openclaw.tokenbucket.crdt.Limit;
import io.openclaw.tokenbucket.crdt.TokenBucketState;

/**
 * What must be held aside for members that are not heard: the part of the level that each
 * had when it was lost, since it may be spending that now, with what was granted and less
 * what was consumed after. Mutable, confined to its bucket.
 */
final class Reserve {

	// Oldest first.
	private final ArrayDeque<Snapshot> snapshots = new ArrayDeque<>(2);

	/**
	 * Remembers a state.
	 * @param state the state
	 * @param now the current time in nanoseconds
	 * @param keepNanos how far back states may be asked for
	 */
	void remember(TokenBucketState state, long now, long keepNanos) {
		this.snapshots.add(new Snapshot(now, state));
		Iterator<Snapshot> others = this.snapshots.iterator();
		others.next();
		int obsolete = 0;
		while (others.hasNext() && now - others.next().nanos() > keepNanos) {
			obsolete++;
		}
		for (int i = 0; i < obsolete; i++) {
			this.snapshots.remove();
		}
	}

	/**
	 * The sum of the reserves.
	 * @param view who is not heard
	 * @param limit the limit
	 * @param state the state now
	 * @param marginNanos by how much a state must be older than the last message of a
	 * lost member
	 * @return micro-tokens, not negative
	 */
	long sum(MembershipView view, Limit limit, TokenBucketState state, long marginNanos) {
		if (view.isComplete()) {
			return 0;
		}
		// A bucket began with the same, whenever that was learned.
		long initial = limit.initialOf(state);
		long sum = view.unknown() * (initial / view.size());
		for (MembershipView.Peer lost : view.unheard()) {
			TokenBucketState then = stateBefore(lost, marginNanos);
			long granted = state.granted().get(lost.id()) - then.granted().get(lost.id());
			long consumed = state.netConsumedBy(lost.id()) - then.netConsumedBy(lost.id());
			// Each for itself: what one spent beyond its part frees nothing of another's.
			sum += Math.max(0, (initial + then.balance()) / view.size() + granted - consumed);
		}
		return sum;
	}

	private TokenBucketState stateBefore(MembershipView.Peer lost, long marginNanos) {
		if (lost.everHeard()) {
			Iterator<Snapshot> newestFirst = this.snapshots.descendingIterator();
			while (newestFirst.hasNext()) {
				Snapshot snapshot = newestFirst.next();
				if (lost.lastReceivedNanos() - marginNanos - snapshot.nanos() > 0) {
					return snapshot.state();
				}
			}
		}
		return TokenBucketState.empty();
	}

	private record Snapshot(long nanos, TokenBucketState state) {
	}

}
