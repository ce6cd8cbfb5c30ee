package io.openclaw.tokenbucket.limiter.rule;

import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.function.Predicate;

import io.openclaw.tokenbucket.crdt.MemberId;

/**
 * Recent consumption of a bucket by member, decaying exponentially. Mutable, confined to
 * its bucket.
 */
final class Demand {

	static final double DECAY_NANOS = 0.5e9;

	private static final Decaying[] NONE = {};

	// In order of members. An array instead of a map: most of a million buckets have one
	// member or none.
	private Decaying[] byMember = NONE;

	/**
	 * Counts consumption.
	 * @param member who consumed
	 * @param amount micro-tokens
	 * @param consumedAt when, by the clock of this process; may lie in the past
	 */
	void add(MemberId member, long amount, long consumedAt) {
		int index = indexOf(member);
		if (index < 0) {
			index = -index - 1;
			insert(index, new Decaying(member, consumedAt));
		}
		this.byMember[index].add(amount, consumedAt);
	}

	double of(MemberId member, long now) {
		int index = indexOf(member);
		return (index >= 0) ? this.byMember[index].at(now) : 0;
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
		keep((decaying) -> members.test(decaying.member));
	}

	/**
	 * Forgets members of whose demand little is left.
	 * @param least what is still remembered
	 */
	void forgetFaded(double least, long now) {
		keep((decaying) -> decaying.at(now) >= least);
	}

	private void keep(Predicate<Decaying> kept) {
		for (Decaying decaying : this.byMember) {
			if (!kept.test(decaying)) {
				this.byMember = Arrays.stream(this.byMember).filter(kept).toArray(Decaying[]::new);
				return;
			}
		}
	}

	private void insert(int index, Decaying decaying) {
		Decaying[] grown = Arrays.copyOf(this.byMember, this.byMember.length + 1);
		System.arraycopy(this.byMember, index, grown, index + 1, this.byMember.length - index);
		grown[index] = decaying;
		this.byMember = grown;
	}

	// As Arrays.binarySearch.
	private int indexOf(MemberId member) {
		int low = 0;
		int high = this.byMember.length - 1;
		while (low <= high) {
			int middle = (low + high) >>> 1;
			int order = this.byMember[middle].member.compareTo(member);
			if (order == 0) {
				return middle;
			}
			if (order < 0) {
				low = middle + 1;
			}
			else {
				high = middle - 1;
			}
		}
		return -low - 1;
	}

	/**
	 * The demand of several members.
	 *
	 * @param sum of all
	 * @param largest of any
	 */
	record Total(double sum, double largest) {

		/**
		 * What is left of it some time later, if there is no more demand.
		 */
		Total after(long nanos) {
			double left = Math.exp(-nanos / DECAY_NANOS);
			return new Total(this.sum * left, this.largest * left);
		}

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
