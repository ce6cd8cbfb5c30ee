package io.openclaw.tokenbucket.replication.wire;

import java.util.Map;
import java.util.TreeMap;

import io.openclaw.tokenbucket.crdt.Birth;
import io.openclaw.tokenbucket.crdt.GCounter;
import io.openclaw.tokenbucket.crdt.MemberId;
import io.openclaw.tokenbucket.replication.port.MalformedMessageException;

/**
 * The counters of what was folded, in a message, which refers to members by their places.
 * Stateless and thread-safe.
 */
final class Counters {

	private Counters() {
	}

	static void writeBirths(GCounter<Birth> counter, MemberWriter members, WireWriter out) {
		out.writeNumber(counter.size());
		counter.forEach((birth, amount) -> {
			members.write(birth.member(), out);
			out.writeNumber(birth.number());
			writeGrowing(amount, out);
		});
	}

	static void writeMembers(GCounter<MemberId> counter, MemberWriter members, WireWriter out) {
		out.writeNumber(counter.size());
		counter.forEach((member, amount) -> {
			members.write(member, out);
			writeGrowing(amount, out);
		});
	}

	// A peer may have raised a number close to the limit. With one number too large, no
	// reader would accept the message. A smaller number is correct too, since the counter
	// only grows.
	static void writeGrowing(long number, WireWriter out) {
		out.writeNumber(Math.min(number, WireReader.LARGEST));
	}

	static GCounter<Birth> readBirths(WireReader in, MemberReader members) throws MalformedMessageException {
		Map<Birth, Long> amounts = new TreeMap<>();
		for (int left = in.readCount(); left > 0; left--) {
			Birth birth = new Birth(members.read(in), in.readNumber());
			amounts.put(birth, in.readNumber());
		}
		return GCounter.of(amounts);
	}

	static GCounter<MemberId> readMembers(WireReader in, MemberReader members) throws MalformedMessageException {
		Map<MemberId, Long> amounts = new TreeMap<>();
		for (int left = in.readCount(); left > 0; left--) {
			amounts.put(members.read(in), in.readNumber());
		}
		return GCounter.of(amounts);
	}

	/**
	 * Writes who a member is.
	 */
	@FunctionalInterface
	interface MemberWriter {

		void write(MemberId member, WireWriter out);

	}

	/**
	 * Reads who a member is.
	 */
	@FunctionalInterface
	interface MemberReader {

		MemberId read(WireReader in) throws MalformedMessageException;

	}

}
