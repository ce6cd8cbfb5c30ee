package io.openclaw.tokenbucket.limiter.rule;

import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.function.Predicate;

import org.jspecify.annotations.Nullable;

import io.openclaw.tokenbucket.crdt.MemberId;

/**
 * Recent consumption of a bucket by member, decaying exponentially. Mutable, confined to
 * its bucket.
 */
final class Demand {

	static final double DECAY_NANOS = 0.5e9;

	private static final Decaying[] NONE = {};

	// An array instead of a map: most of a million buckets have one member or none.
	private Decaying[] byMember = NONE;

	/**
	 * Counts consumption.
	 * @param member who consumed
	 * @param amount micro-tokens
	 * @param consumedAt when, by the clock of this process; may lie in the past
	 */
	void add(MemberId member, long amount, long consumedAt) {
		Decaying decaying = find(member);
		if (decaying == null) {
			decaying = new Decaying(member, consumedAt);
			this.byMember = Arrays.copyOf(this.byMember, this.byMember.length + 1);
			this.byMember[this.byMember.length - 1] = decaying;
		}
		decaying.add(amount, consumedAt);
	}

	double of(MemberId member, long now) {
		Decaying decaying = find(member);
		return (decaying != null) ? decaying.at(now) : 0;
	}

	/**
	 * Sums up the demand of some members.
	 * @param members in order
	 */
	Total of(List<MemberId> members, long now) {
		double sum = 0;
		double largest = 0;
		for (Decaying decaying : this.byMember) {
			if (Collections.binarySearch(members, decaying.member) >= 0) {
				double of = decaying.at(now);
				sum += of;
				largest = Math.max(largest, of);
			}
		}
		return new Total(sum, largest);
	}

	boolean isEmpty() {
		return this.byMember.length == 0;
	}

	/**
	 * Forgets members. A lost member that is still counted keeps its demand: it may
	 * return at once, and shares by that demand if it noticed no loss.
	 * @param members who is remembered
	 */
	void retain(Predicate<MemberId> members) {
		for (Decaying decaying : this.byMember) {
			if (!members.test(decaying.member)) {
				this.byMember = Arrays.stream(this.byMember)
					.filter((other) -> members.test(other.member))
					.toArray(Decaying[]::new);
				return;
			}
		}
	}

	private @Nullable Decaying find(MemberId member) {
		for (Decaying decaying : this.byMember) {
			if (decaying.member.equals(member)) {
				return decaying;
			}
		}
		return null;
	}

	/**
	 * The demand of several members.
	 *
	 * @param sum of all
	 * @param largest of any
	 */
	record Total(double sum, double largest) {
	}

	private static final class Decaying {

		private final MemberId member;

		private double value;

		private long nanos;

		Decaying(MemberId member, long nanos) {
			this.member = member;
			this.nanos = nanos;
		}

		void add(long amount, long addedAt) {
			if (addedAt - this.nanos > 0) {
				this.value = at(addedAt);
				this.nanos = addedAt;
			}
			this.value += amount * Math.exp((addedAt - this.nanos) / DECAY_NANOS);
		}

		double at(long now) {
			return this.value * Math.exp((this.nanos - now) / DECAY_NANOS);
		}

	}

}
