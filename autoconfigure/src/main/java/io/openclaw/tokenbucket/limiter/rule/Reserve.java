package io.openclaw.tokenbucket.limiter.rule;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.function.UnaryOperator;

import org.jspecify.annotations.Nullable;

import io.openclaw.tokenbucket.crdt.Birth;
import io.openclaw.tokenbucket.crdt.Limit;
import io.openclaw.tokenbucket.crdt.MemberId;
import io.openclaw.tokenbucket.crdt.TokenBucketState;
import io.openclaw.tokenbucket.limiter.membership.MembershipView;
import io.openclaw.tokenbucket.limiter.membership.PeerView;

/**
 * The tokens held aside for members that are not heard. Each lost member may be spending
 * its part of the level at the time of the loss. Refill granted to it since is added. Its
 * known spending since is subtracted. Where credit bounds spending, it may have spent its
 * credit before it noticed, if that is more. Mutable, confined to its bucket.
 */
final class Reserve {

	private @Nullable Snapshot newest;

	private Origin origin = Origin.CREATED;

	private final LostCredit credit = new LostCredit();

	static Reserve unpack(PackedReader reader, TokenBucketState current, long now) {
		Reserve reserve = new Reserve();
		if (reader.number() != 0) {
			boolean joined = reader.number() != 0;
			reserve.origin = new Origin(reader.state(current), joined);
		}
		if (reader.number() != 0) {
			long age = reader.number();
			reserve.newest = new Snapshot(now - age, reader.state(current), null);
		}
		return reserve;
	}

	/**
	 * Packs what is remembered, of which no more than one state is of a time when all
	 * were heard.
	 */
	void pack(PackedWriter writer, TokenBucketState current, long now) {
		writer.number((this.origin != Origin.CREATED) ? 1 : 0);
		if (this.origin != Origin.CREATED) {
			writer.number(this.origin.joined() ? 1 : 0);
			writer.state(this.origin.state(), current);
		}
		writer.number((this.newest != null) ? 1 : 0);
		if (this.newest != null) {
			writer.number(now - this.newest.nanos);
			writer.state(this.newest.state, current);
		}
	}

	/**
	 * A first state arrived before any spending here. It may be of any age, since the
	 * bucket was missing here because it was full.
	 * @param state the state
	 */
	void begin(TokenBucketState state) {
		if (this.origin == Origin.CREATED) {
			this.origin = new Origin(state, false);
		}
	}

	/**
	 * A state arrived from a member that hears all, while this member joined.
	 * @param state the state
	 */
	void join(TokenBucketState state) {
		this.origin = new Origin(state, true);
	}

	/**
	 * Brings what is remembered under another fold.
	 * @param translation of a state under the fold before
	 */
	void translate(UnaryOperator<TokenBucketState> translation) {
		for (Snapshot snapshot = this.newest; snapshot != null; snapshot = snapshot.older) {
			snapshot.state = translation.apply(snapshot.state);
		}
		this.credit.translate(translation);
		if (this.origin != Origin.CREATED) {
			this.origin = new Origin(translation.apply(this.origin.state()), this.origin.joined());
		}
	}

	/**
	 * Forgets what those may have spent that are heard again or gone.
	 */
	void follow(MembershipView view) {
		this.credit.follow(view);
	}

	/**
	 * Members are about to be lost that may have spent their credit.
	 * @param level of the bucket now
	 * @param marginNanos the time before its last message in which a lost member may have
	 * spent what it did not tell
	 */
	void expectCredit(MembershipView before, MembershipView after, Limit limit, long level, TokenBucketState state,
			long marginNanos, long now) {
		Snapshot oldest = oldest();
		if (oldest == null || oldest.state.allConsumed() == state.allConsumed()) {
			return;
		}
		List<PeerView> lost = after.unheard()
			.stream()
			.filter((peer) -> before.hears(peer.id()) && isRemembered(peer, before))
			.toList();
		if (!lost.isEmpty()) {
			this.credit.lose(lost, (peer) -> left(peer, after.size(), limit, state, marginNanos), marginNanos, after,
					limit, level, history(state, now));
		}
	}

	// Nothing is remembered of the time after others were lost.
	private static boolean isRemembered(PeerView lost, MembershipView before) {
		return before.unheard().stream().allMatch((other) -> other.unheardSinceNanos() - lost.lastReceivedNanos() > 0);
	}

	private List<LostCredit.Known> history(TokenBucketState state, long now) {
		List<LostCredit.Known> history = new ArrayList<>();
		history.add(new LostCredit.Known(now, state));
		for (Snapshot snapshot = this.newest; snapshot != null; snapshot = snapshot.older) {
			history.add(new LostCredit.Known(snapshot.nanos, snapshot.state));
		}
		Collections.reverse(history);
		return history;
	}

	/**
	 * Remembers a state.
	 * @param state the state
	 * @param now the current time in nanoseconds
	 * @param keepNanos how far back states may be asked for
	 */
	void remember(TokenBucketState state, long now, long keepNanos) {
		remember(state, now);
		forget(now, keepNanos);
	}

	void remember(TokenBucketState state, long now) {
		this.newest = new Snapshot(now, state, this.newest);
	}

	/**
	 * Whether a state is remembered, and none younger than this.
	 */
	boolean isOlderThan(long ageNanos, long now) {
		return this.newest != null && now - this.newest.nanos > ageNanos;
	}

	/**
	 * What was consumed under a birth when all were heard.
	 * @return micro-tokens by the oldest state that is remembered, zero if there is none
	 */
	long consumedBefore(Birth birth) {
		Snapshot oldest = oldest();
		return (oldest != null) ? oldest.state.consumed().get(birth) : 0;
	}

	private @Nullable Snapshot oldest() {
		Snapshot oldest = this.newest;
		while (oldest != null && oldest.older != null) {
			oldest = oldest.older;
		}
		return oldest;
	}

	int remembered() {
		int count = 0;
		for (Snapshot snapshot = this.newest; snapshot != null; snapshot = snapshot.older) {
			count++;
		}
		return count;
	}

	/**
	 * Forgets states that nobody can ask for any more.
	 * @param now the current time in nanoseconds
	 * @param keepNanos how far back states may be asked for
	 */
	void forget(long now, long keepNanos) {
		Snapshot oldest = this.newest;
		while (oldest != null && now - oldest.nanos <= keepNanos) {
			oldest = oldest.older;
		}
		if (oldest != null) {
			oldest.older = null;
		}
	}

	/**
	 * The tokens to hold aside for all lost members.
	 * @param view tells which members are not heard
	 * @param limit the limit
	 * @param state the state now
	 * @param marginNanos the time by which a state must be older than the last message of
	 * a lost member
	 * @return micro-tokens, not negative
	 */
	long sum(MembershipView view, Limit limit, TokenBucketState state, long marginNanos) {
		if (view.isComplete()) {
			return 0;
		}
		// A bucket began with the same tokens on all members.
		long initial = limit.initialOf(state);
		long sum = view.unknown() * (initial / view.size());
		for (List<PeerView> group : view.unheardGroups()) {
			long left = 0;
			for (PeerView lost : group) {
				left += this.credit.orPart(lost.id(), left(lost, view.size(), limit, state, marginNanos), state);
			}
			// If a group spent beyond its part, that reduces no other group's part. The
			// other group may not know of it.
			sum += Math.max(0, left);
		}
		return sum;
	}

	private long left(PeerView lost, int members, Limit limit, TokenBucketState state, long marginNanos) {
		TokenBucketState remembered = stateBefore(lost, marginNanos);
		if (remembered != null) {
			// Tokens above a capacity that shrank since belong to nobody.
			long before = Math.min(limit.capacity(), limit.initialOf(state) + remembered.balance());
			return before / members + netGranted(lost.id(), state) - netGranted(lost.id(), remembered);
		}
		return this.origin.part(lost.id(), members, limit, limit.initialOf(state)) + netGranted(lost.id(), state);
	}

	private static long netGranted(MemberId member, TokenBucketState state) {
		return state.granted().get(member) - state.netConsumedBy(member);
	}

	private @Nullable TokenBucketState stateBefore(PeerView lost, long marginNanos) {
		if (lost.everHeard()) {
			for (Snapshot snapshot = this.newest; snapshot != null; snapshot = snapshot.older) {
				if (lost.lastReceivedNanos() - marginNanos - snapshot.nanos > 0) {
					return snapshot.state;
				}
			}
		}
		return null;
	}

	// A list of its own: in most of a million buckets it has one element.
	private static final class Snapshot {

		private final long nanos;

		private TokenBucketState state;

		private @Nullable Snapshot older;

		Snapshot(long nanos, TokenBucketState state, @Nullable Snapshot older) {
			this.nanos = nanos;
			this.state = state;
			this.older = older;
		}

	}

	/**
	 * The state with which the bucket began here.
	 */
	private record Origin(TokenBucketState state, boolean joined) {

		static final Origin CREATED = new Origin(TokenBucketState.empty(), false);

		/**
		 * A member's part of the level at that time, without its granted and unconsumed
		 * tokens.
		 */
		long part(MemberId member, int members, Limit limit, long initial) {
			if (this.joined) {
				return (initial + this.state.balance()) / members - netGranted(member, this.state);
			}
			// More was granted than a new bucket can take, so the bucket was full again
			// since.
			boolean isOld = this.state.granted().get(member) > limit.capacity() / members;
			return isOld ? limit.capacity() / members - netGranted(member, this.state) : initial / members;
		}

	}

}
