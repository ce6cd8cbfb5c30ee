package io.openclaw.tokenbucket.persistence;

import java.util.List;

import io.openclaw.tokenbucket.crdt.MemberId;
import io.openclaw.tokenbucket.limiter.port.BucketKey;

/**
 * Which of the members that hear each other saves a bucket: the one whose node has the
 * highest hash with its name. All know that without asking, and when a member comes or
 * goes, only the buckets that it has or had fall to another. Where members do not agree
 * on who is there, a bucket may have several deputies, but never none: the highest of all
 * takes itself for it. Immutable.
 * <p>
 * This is the highest random weight of Thaler and Ravishankar, <i>Using Name-Based
 * Mappings to Increase Hit Rates</i>, IEEE/ACM Transactions on Networking, 1998.
 *
 * @param self this member
 * @param heard all that are heard, this one included
 */
record Deputies(MemberId self, List<MemberId> heard) {

	// Odd numbers without a pattern: the finalizer of MurmurHash3.
	private static final long FIRST_FACTOR = 0xff51afd7ed558ccdL;

	private static final long SECOND_FACTOR = 0xc4ceb9fe1a85ec53L;

	private static final int SHIFT = 33;

	boolean isOwn(BucketKey key) {
		long name = 31L * key.limit().hashCode() + key.key().hashCode();
		long own = weight(this.self, name);
		for (MemberId other : this.heard) {
			long weight = weight(other, name);
			if (weight > own || (weight == own && other.compareTo(this.self) < 0)) {
				return false;
			}
		}
		return true;
	}

	private static long weight(MemberId member, long name) {
		return mixed(mixed(name) ^ member.node().hashCode());
	}

	private static long mixed(long number) {
		long mixed = (number ^ (number >>> SHIFT)) * FIRST_FACTOR;
		mixed = (mixed ^ (mixed >>> SHIFT)) * SECOND_FACTOR;
		return mixed ^ (mixed >>> SHIFT);
	}

}
