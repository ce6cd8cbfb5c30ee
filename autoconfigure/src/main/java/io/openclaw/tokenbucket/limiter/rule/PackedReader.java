package io.openclaw.tokenbucket.limiter.rule;

import java.util.ArrayList;
import java.util.List;
import java.util.function.ObjLongConsumer;

import io.openclaw.tokenbucket.crdt.Birth;
import io.openclaw.tokenbucket.crdt.GCounter;
import io.openclaw.tokenbucket.crdt.MemberId;
import io.openclaw.tokenbucket.crdt.TokenBucketState;

/**
 * Reads what a {@link PackedWriter} packed, in the same order. Mutable, for one thread.
 */
final class PackedReader {

	private final byte[] bytes;

	private final List<MemberId> members;

	private int position;

	PackedReader(byte[] bytes, List<MemberId> members) {
		this.bytes = bytes;
		this.members = members;
	}

	long number() {
		long value = 0;
		int shift = 0;
		byte next;
		do {
			next = this.bytes[this.position++];
			value |= (long) (next & 0x7F) << shift;
			shift += 7;
		}
		while (next < 0);
		return (value >>> 1) ^ -(value & 1);
	}

	Birth birth() {
		return new Birth(member(), number());
	}

	/**
	 * Reads a state.
	 * @param base as it was when the state was packed
	 */
	TokenBucketState state(TokenBucketState base) {
		long same = number();
		long initial = base.initial() + number();
		GCounter<Birth> consumed = ((same & 1) != 0) ? base.consumed() : births();
		GCounter<Birth> returned = ((same & 2) != 0) ? base.returned() : births();
		GCounter<MemberId> granted = ((same & 4) != 0) ? base.granted() : granted();
		return new TokenBucketState(consumed, returned, granted, initial);
	}

	/**
	 * Passes what was consumed in a state that is packed with no other as its base,
	 * without unpacking the rest.
	 */
	void consumed(ObjLongConsumer<Birth> each) {
		boolean none = (number() & 1) != 0;
		number();
		for (long left = none ? 0 : number(); left > 0; left--) {
			each.accept(birth(), number());
		}
	}

	private GCounter<Birth> births() {
		int count = (int) number();
		List<Birth> births = new ArrayList<>(count);
		long[] amounts = new long[count];
		for (int i = 0; i < count; i++) {
			births.add(birth());
			amounts[i] = number();
		}
		return GCounter.of(births, amounts);
	}

	private GCounter<MemberId> granted() {
		int count = (int) number();
		List<MemberId> granted = new ArrayList<>(count);
		long[] amounts = new long[count];
		for (int i = 0; i < count; i++) {
			granted.add(member());
			amounts[i] = number();
		}
		return GCounter.of(granted, amounts);
	}

	private MemberId member() {
		return this.members.get((int) number());
	}

}
