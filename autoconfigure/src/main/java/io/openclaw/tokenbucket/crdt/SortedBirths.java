package io.openclaw.tokenbucket.crdt;

import java.util.Arrays;

/**
 * Births as keys. There are five for each of a million buckets, so they are two arrays
 * instead of an object each.
 */
final class SortedBirths extends SortedKeys<Birth> {

	private final MemberId[] members;

	private final long[] numbers;

	private SortedBirths(MemberId[] members, long[] numbers) {
		this.members = members;
		this.numbers = numbers;
	}

	static SortedBirths of(Comparable<?>[] births) {
		MemberId[] members = new MemberId[births.length];
		long[] numbers = new long[births.length];
		for (int i = 0; i < births.length; i++) {
			Birth birth = (Birth) births[i];
			members[i] = birth.member();
			numbers[i] = birth.number();
		}
		return new SortedBirths(members, numbers);
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
