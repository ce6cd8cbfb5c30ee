package io.openclaw.tokenbucket.limiter.rule;

import java.util.List;
import java.util.function.ObjLongConsumer;

import org.jspecify.annotations.Nullable;

import io.openclaw.tokenbucket.crdt.Birth;
import io.openclaw.tokenbucket.crdt.Limit;
import io.openclaw.tokenbucket.crdt.MemberId;
import io.openclaw.tokenbucket.crdt.TokenBucketState;
import io.openclaw.tokenbucket.limiter.membership.MembershipView;

/**
 * A replica that nobody uses, in a tenth of the memory: most of a million are at rest.
 * One that is woken goes on as if it had never rested. Immutable.
 */
public final class RestingReplica {

	private final byte[] packed;

	private final List<MemberId> members;

	// Not earlier, since refill alone fills it.
	private final long fullAt;

	private RestingReplica(PackedWriter writer, List<MemberId> members, long fullAt) {
		this.packed = writer.bytes();
		this.members = members;
		this.fullAt = fullAt;
	}

	/**
	 * Packs a replica, which must not be used any more.
	 * @param lists of replicas that are packed as well
	 * @return {@code null} if there is something about it that is not packed: members are
	 * lost, something was folded, there was more than a full bucket, or there is no room
	 * to count
	 */
	public static @Nullable RestingReplica of(LocalReplica replica, MemberLists lists) {
		TokenBucketState state = replica.state();
		if (state.fold().number() > 0 || !replica.isPlain()) {
			return null;
		}
		List<MemberId> heard = replica.view().heard();
		PackedWriter writer = new PackedWriter(heard);
		writer.number(replica.consumedHere());
		writer.state(state, TokenBucketState.empty());
		writer.birth(replica.birth());
		writer.number(replica.marginNanos());
		writer.number(replica.settledAt());
		writer.number(replica.settledAt() - replica.viewedSince());
		writer.number(replica.ageNanos());
		replica.refill().pack(writer);
		replica.reserve().pack(writer, state, replica.settledAt());
		long missing = replica.limit().capacity() - replica.level() - 2L * replica.view().size();
		List<MemberId> members = (writer.members() == heard) ? heard : lists.shared(writer.members());
		return new RestingReplica(writer, members,
				replica.settledAt() + replica.limit().refillRate().nanosToAccrue(missing));
	}

	/**
	 * Unpacks the replica.
	 * @param limit the limit that it went by
	 * @param view the members that it went by
	 */
	public LocalReplica wake(Limit limit, MembershipView view) {
		PackedReader reader = new PackedReader(this.packed, this.members);
		long consumedHere = reader.number();
		TokenBucketState state = reader.state(TokenBucketState.empty());
		Birth birth = reader.birth();
		long marginNanos = reader.number();
		long settledAt = reader.number();
		long viewedSince = settledAt - reader.number();
		long createdAt = settledAt - reader.number();
		SharedRefill refill = SharedRefill.unpack(reader, limit, view, settledAt);
		Reserve reserve = Reserve.unpack(reader, state, settledAt);
		return new LocalReplica(limit, birth, view, marginNanos, refill, reserve, consumedHere, viewedSince, createdAt,
				state);
	}

	/**
	 * Whether refill may have filled it.
	 */
	public boolean mayBeFull(long now) {
		return now - this.fullAt >= 0;
	}

	public long consumedHere() {
		return new PackedReader(this.packed, this.members).number();
	}

	/**
	 * Passes what was consumed, without waking the replica: a digest asks it of most of a
	 * million.
	 * @param each receives the amount under each birth
	 */
	public void consumed(ObjLongConsumer<Birth> each) {
		PackedReader reader = new PackedReader(this.packed, this.members);
		reader.number();
		reader.consumed(each);
	}

	List<MemberId> members() {
		return this.members;
	}

	/**
	 * How many bytes its entries take.
	 */
	public int size() {
		return this.packed.length;
	}

}
