package io.openclaw.tokenbucket.replication.wire;

import java.util.ArrayList;
import java.util.List;

import org.jspecify.annotations.Nullable;

import io.openclaw.tokenbucket.crdt.MemberId;
import io.openclaw.tokenbucket.replication.port.MalformedMessageException;

/**
 * Reads whom a message refers to, as {@link MemberWriter} writes it. Mutable, for one
 * message and one thread.
 */
final class MemberReader {

	// The sender first.
	private final List<MemberId> table = new ArrayList<>();

	private @Nullable Announcement announcement;

	private boolean complete;

	// A run of many takes few bytes.
	private long entries;

	/**
	 * Takes note of what a sender announced.
	 * @param known the announcement, {@code null} if it is not known here
	 */
	void begin(MemberId sender, @Nullable Announcement known) {
		this.table.add(sender);
		this.announcement = known;
		this.complete = known != null;
	}

	/**
	 * Whether all members that were read are known.
	 */
	boolean isComplete() {
		return this.complete;
	}

	void readTable(WireReader in) throws MalformedMessageException {
		for (int left = in.readCount(); left > 0; left--) {
			this.table.add(readName(in));
		}
	}

	static MemberId readName(WireReader in) throws MalformedMessageException {
		return new MemberId(in.readText(), in.readNumber());
	}

	MemberId read(WireReader in) throws MalformedMessageException {
		count(1);
		return member(in.readNumber());
	}

	List<MemberId> readAll(WireReader in) throws MalformedMessageException {
		List<MemberId> members = new ArrayList<>();
		for (int left = in.readCount(); left > 0; left--) {
			long first = in.readNumber();
			long further = in.readNumber();
			count(Math.min(further, MessageCodec.MAX_ENTRIES) + 1);
			if (further > 0 && (first & 1) != 0) {
				throw new MalformedMessageException("range");
			}
			for (long next = 0; next <= further; next++) {
				members.add(member(first + 2 * next));
			}
		}
		return members;
	}

	private void count(long more) throws MalformedMessageException {
		this.entries += more;
		if (this.entries > MessageCodec.MAX_ENTRIES) {
			throw new MalformedMessageException("count");
		}
	}

	private MemberId member(long reference) throws MalformedMessageException {
		int index = (int) Math.min(reference >> 1, Integer.MAX_VALUE);
		if ((reference & 1) == 0) {
			return ranked(index);
		}
		if (index >= this.table.size()) {
			throw new MalformedMessageException("range");
		}
		return this.table.get(index);
	}

	// Who does not know the announcement reads on, to find out whether the rest is right.
	private MemberId ranked(int rank) {
		if (this.announcement != null && rank < this.announcement.members().size()) {
			return this.announcement.members().get(rank);
		}
		this.complete = false;
		return new MemberId("?", rank);
	}

}
