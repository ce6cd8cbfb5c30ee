package io.openclaw.tokenbucket.limiter.rule;

import java.util.List;

import io.openclaw.tokenbucket.crdt.MemberId;

/**
 * Lists of members that packed replicas share. After a deployment most name the same
 * processes that are gone, and a list for each would take more than all else.
 * Thread-safe.
 */
public final class MemberLists {

	private volatile List<MemberId> last = List.of();

	List<MemberId> shared(List<MemberId> members) {
		List<MemberId> known = this.last;
		if (known.equals(members)) {
			return known;
		}
		List<MemberId> copy = List.copyOf(members);
		this.last = copy;
		return copy;
	}

}
