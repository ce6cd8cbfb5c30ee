package io.openclaw.tokenbucket.limiter.rule;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

import io.openclaw.tokenbucket.crdt.Birth;
import io.openclaw.tokenbucket.crdt.GCounter;
import io.openclaw.tokenbucket.crdt.MemberId;
import io.openclaw.tokenbucket.crdt.TokenBucketState;

/**
 * Packs numbers and states into bytes: a small number takes few of them, and a member its
 * place in a list that many share. Mutable, for one thread.
 */
final class PackedWriter {

	private static final int LONGEST_NUMBER = 10;

	private byte[] bytes = new byte[128];

	private int size;

	private List<MemberId> members;

	private final List<MemberId> shared;

	// Members come in order as a rule.
	private int next;

	/**
	 * Begins to pack.
	 * @param shared members that are likely to be packed
	 */
	PackedWriter(List<MemberId> shared) {
		this.shared = shared;
		this.members = shared;
	}

	byte[] bytes() {
		return Arrays.copyOf(this.bytes, this.size);
	}

	/**
	 * The members in the order of their places; the very list that is shared if it has
	 * all of them.
	 */
	List<MemberId> members() {
		return this.members;
	}

	void number(long value) {
		if (this.size + LONGEST_NUMBER > this.bytes.length) {
			this.bytes = Arrays.copyOf(this.bytes, 2 * this.bytes.length);
		}
		long left = (value << 1) ^ (value >> (Long.SIZE - 1));
		while ((left & ~0x7FL) != 0) {
			this.bytes[this.size++] = (byte) (left | 0x80);
			left >>>= 7;
		}
		this.bytes[this.size++] = (byte) left;
	}

	void birth(Birth birth) {
		member(birth.member());
		number(birth.number());
	}

	/**
	 * Packs a state of which nothing was folded.
	 * @param base is known to who unpacks it
	 */
	void state(TokenBucketState state, TokenBucketState base) {
		boolean sameConsumed = state.consumed() == base.consumed();
		boolean sameReturned = state.returned() == base.returned();
		boolean sameGranted = state.granted() == base.granted();
		number((sameConsumed ? 1 : 0) + (sameReturned ? 2 : 0) + (sameGranted ? 4 : 0));
		number(state.initial() - base.initial());
		if (!sameConsumed) {
			births(state.consumed());
		}
		if (!sameReturned) {
			births(state.returned());
		}
		if (!sameGranted) {
			number(state.granted().size());
			state.granted().forEach((member, amount) -> {
				member(member);
				number(amount);
			});
		}
	}

	private void births(GCounter<Birth> counter) {
		number(counter.size());
		counter.forEach((birth, amount) -> {
			birth(birth);
			number(amount);
		});
	}

	private void member(MemberId member) {
		int count = this.members.size();
		for (int i = 0; i < count; i++) {
			int place = (this.next + i) % count;
			if (this.members.get(place).equals(member)) {
				this.next = place + 1;
				number(place);
				return;
			}
		}
		if (this.members == this.shared) {
			this.members = new ArrayList<>(this.shared);
		}
		this.members.add(member);
		number(count);
	}

}
