package io.openclaw.tokenbucket.replication.wire;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import io.openclaw.tokenbucket.crdt.MemberId;

/**
 * Writes whom a message refers to: announced members by their rank, others by their place
 * in a table that names each once. Mutable, for one message and one thread.
 */
final class MemberWriter {

	private final Announcement announcement;

	// The sender first.
	private final Map<MemberId, Integer> table = new LinkedHashMap<>();

	MemberWriter(MemberId sender, Announcement announcement) {
		this.announcement = announcement;
		this.table.put(sender, 0);
	}

	void write(MemberId member, WireWriter out) {
		Integer rank = this.announcement.rank(member);
		if (rank != null) {
			out.writeNumber(2L * rank);
			return;
		}
		int place = this.table.computeIfAbsent(member, (id) -> this.table.size());
		out.writeNumber(2L * place + 1);
	}

	/**
	 * Writes members. Those that follow each other among the announced are one run.
	 */
	void writeAll(List<MemberId> members, WireWriter out) {
		int runs = 0;
		for (int i = 0; i < members.size(); i++) {
			runs += isNext(members, i) ? 0 : 1;
		}
		out.writeNumber(runs);
		out.writeRuns(members.size(), (index) -> isNext(members, index), (index) -> write(members.get(index), out));
	}

	private boolean isNext(List<MemberId> members, int index) {
		Integer rank = this.announcement.rank(members.get(index));
		Integer before = (index > 0) ? this.announcement.rank(members.get(index - 1)) : null;
		return rank != null && before != null && rank == before + 1;
	}

	/**
	 * Writes the table, which is complete once everything else is written.
	 */
	void writeTable(WireWriter out) {
		out.writeNumber(this.table.size() - 1);
		if (this.table.size() > 1) {
			this.table.keySet().stream().skip(1).forEach((member) -> writeName(member, out));
		}
	}

	static void writeName(MemberId member, WireWriter out) {
		out.writeText(member.node());
		out.writeNumber(member.incarnation());
	}

}
