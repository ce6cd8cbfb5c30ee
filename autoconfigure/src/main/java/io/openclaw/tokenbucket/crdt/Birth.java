package io.openclaw.tokenbucket.crdt;

/**
 * The creation of a bucket by a member. A member that drops a bucket and creates it again
 * counts under a new birth. So the memory of peers about the earlier one does not hide a
 * count from zero. Immutable.
 *
 * @param member who created the bucket
 * @param number grows with each bucket that this member creates
 */
public record Birth(MemberId member, long number) implements Comparable<Birth> {

	@Override
	public int compareTo(Birth other) {
		int byMember = this.member.compareTo(other.member);
		return (byMember != 0) ? byMember : Long.compare(this.number, other.number);
	}

}
