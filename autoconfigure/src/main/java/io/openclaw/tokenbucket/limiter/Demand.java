package io.openclaw.tokenbucket.limiter;

import java.util.HashMap;
import java.util.Map;
import java.util.function.Predicate;

import io.openclaw.tokenbucket.crdt.MemberId;

/**
 * Recent consumption of a bucket by member, decaying exponentially. Mutable, confined to
 * its bucket.
 */
final class Demand {

	static final double DECAY_NANOS = 0.5e9;

	private final Map<MemberId, Decaying> byMember = new HashMap<>();

	/**
	 * Counts consumption.
	 * @param member who consumed
	 * @param amount micro-tokens
	 * @param consumedAt when, by the clock of this process; may lie in the past
	 */
	void add(MemberId member, long amount, long consumedAt) {
		this.byMember.computeIfAbsent(member, (id) -> new Decaying(consumedAt)).add(amount, consumedAt);
	}

	double of(MemberId member, long now) {
		Decaying decaying = this.byMember.get(member);
		return (decaying != null) ? decaying.at(now) : 0;
	}

	/**
	 * Forgets members. One that is lost and still counted must not be: it may be heard
	 * again at once, without having noticed, and then goes by what it consumed.
	 * @param members who is remembered
	 */
	void retain(Predicate<MemberId> members) {
		this.byMember.keySet().removeIf(members.negate());
	}

	private static final class Decaying {

		private double value;

		private long nanos;

		Decaying(long nanos) {
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
