package io.openclaw.tokenbucket.replication.wire;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

import io.openclaw.tokenbucket.crdt.Birth;
import io.openclaw.tokenbucket.crdt.GCounter;
import io.openclaw.tokenbucket.crdt.MemberId;
import io.openclaw.tokenbucket.crdt.MicroTokens;
import io.openclaw.tokenbucket.replication.port.MalformedMessageException;

/**
 * The counters of buckets, and of what was folded of them, in a message. Stateless and
 * thread-safe.
 */
final class Counters {

	private Counters() {
	}

	static void writeBirths(GCounter<Birth> counter, MemberWriter members, WireWriter out) {
		List<MemberId> counted = new ArrayList<>();
		counter.forEach((birth, amount) -> counted.add(birth.member()));
		members.writeAll(counted, out);
		counter.forEach((birth, amount) -> {
			out.writeNumber(birth.number());
			writeAmount(amount, out);
		});
	}

	static GCounter<Birth> readBirths(MemberReader members, WireReader in) throws MalformedMessageException {
		List<Birth> births = new ArrayList<>();
		List<MemberId> counted = members.readAll(in);
		long[] amounts = new long[counted.size()];
		for (MemberId member : counted) {
			births.add(new Birth(member, in.readNumber()));
			amounts[births.size() - 1] = readAmount(in);
		}
		return GCounter.of(births, amounts);
	}

	// Refill accrues in equal parts, so many amounts are equal.
	static void writeGranted(GCounter<MemberId> counter, MemberWriter members, WireWriter out) {
		List<MemberId> counted = new ArrayList<>();
		long[] amounts = new long[counter.size()];
		counter.forEach((member, amount) -> {
			amounts[counted.size()] = amount;
			counted.add(member);
		});
		members.writeAll(counted, out);
		out.writeRuns(amounts.length, (index) -> amounts[index] == amounts[index - 1],
				(index) -> writeAmount(amounts[index], out));
	}

	static GCounter<MemberId> readGranted(MemberReader members, WireReader in) throws MalformedMessageException {
		List<MemberId> counted = members.readAll(in);
		long[] amounts = new long[counted.size()];
		for (int done = 0; done < amounts.length;) {
			long amount = readAmount(in);
			long further = in.readNumber();
			if (further >= amounts.length - done) {
				throw new MalformedMessageException("range");
			}
			int until = done + 1 + (int) further;
			Arrays.fill(amounts, done, until, amount);
			done = until;
		}
		return GCounter.of(counted, amounts);
	}

	// Most amounts are whole tokens: an even number. An odd one is micro-tokens.
	static void writeAmount(long amount, WireWriter out) {
		long written = Math.min(amount, WireReader.LARGEST);
		boolean whole = written % MicroTokens.PER_TOKEN == 0;
		out.writeNumber(whole ? 2 * (written / MicroTokens.PER_TOKEN) : 2 * written + 1);
	}

	static long readAmount(WireReader in) throws MalformedMessageException {
		long written = in.readBits();
		long most = ((written & 1) == 0) ? WireReader.LARGEST / MicroTokens.PER_TOKEN : WireReader.LARGEST;
		long amount = written >>> 1;
		if (amount > most) {
			throw new MalformedMessageException("range");
		}
		return ((written & 1) == 0) ? amount * MicroTokens.PER_TOKEN : amount;
	}

}
