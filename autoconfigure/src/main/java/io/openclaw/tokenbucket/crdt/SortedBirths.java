package io.openclaw.tokenbucket.crdt;

import java.util.Arrays;
import java.util.List;

/**
 * Births as keys. There are five for each of a million buckets, so they are two arrays
 * instead of an object each.
 */
final class SortedBirths extends SortedKeys<Birth> {

	private final MemberId[] members;

	private final long[] numbers;

	SortedBirths(List<Birth> births) {
		this.members = new MemberId[births.size()];
		this.numbers = new long[births.size()];
		for (int i = 0; i < this.numbers.length; i++) {
			Birth birth = births.get(i);
			this.members[i] = birth.member();
			this.numbers[i] = birth.number();
		}
	}

	@Override
	int size() {
		return this.numbers.length;
	}

	@Override
	Birth get(int index) {
		return new Birth(this.members[index], this.numbers[index]);
	}

	@Override
	int compare(int index, Birth key) {
		return compare(index, key.member(), key.number());
	}

	@Override
	int compare(int index, SortedKeys<Birth> other, int otherIndex) {
		return (other instanceof SortedBirths births)
				? compare(index, births.members[otherIndex], births.numbers[otherIndex])
				: compare(index, other.get(otherIndex));
	}

	private int compare(int index, MemberId member, long number) {
		int byMember = (this.members[index] == member) ? 0 : this.members[index].compareTo(member);
		return (byMember != 0) ? byMember : Long.compare(this.numbers[index], number);
	}

	@Override
	boolean isSame(SortedKeys<?> other) {
		return this == other || (other instanceof SortedBirths births && Arrays.equals(this.numbers, births.numbers)
				&& Arrays.equals(this.members, births.members));
	}

}
