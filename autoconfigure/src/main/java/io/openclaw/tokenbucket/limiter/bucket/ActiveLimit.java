package io.openclaw.tokenbucket.limiter.bucket;

import io.openclaw.tokenbucket.crdt.Limit;
import io.openclaw.tokenbucket.limiter.limit.LimitDefinition;
import io.openclaw.tokenbucket.limiter.limit.LimitPolicy;
import io.openclaw.tokenbucket.limiter.limit.LimitSource;

/**
 * A limit as a member follows it, and since when a bucket that nobody ever used would
 * have been refilled under it. Times are nanoseconds of one clock. Immutable.
 *
 * @param policy the limit
 * @param definition what of it the fleet agrees on
 * @param source where the definition came from
 * @param activatedAt when such a bucket would have had the initial tokens
 */
public record ActiveLimit(LimitPolicy policy, LimitDefinition definition, LimitSource source, long activatedAt) {

	// Further back no bucket is anything but full, and differences must not overflow.
	private static final long OLDEST = Long.MAX_VALUE / 4;

	static ActiveLimit of(LimitPolicy policy, LimitSource source, long now) {
		return new ActiveLimit(policy, LimitDefinition.of(policy), source, now);
	}

	/**
	 * The same after this member was configured with a limit that it knew from others.
	 */
	ActiveLimit claim(LimitPolicy configured) {
		boolean agrees = LimitDefinition.of(configured).agreesWith(this.definition);
		return new ActiveLimit(follow(configured, this.definition), this.definition,
				agrees ? LimitSource.CONFIGURATION : this.source, this.activatedAt);
	}

	ActiveLimit withOverdraft(long overdraft) {
		LimitPolicy changed = new LimitPolicy(this.policy.limit(), this.policy.consistency(), this.policy.creditWait(),
				this.policy.mode(), overdraft);
		return new ActiveLimit(changed, this.definition, this.source, this.activatedAt);
	}

	public long age(long now) {
		return Math.max(0, now - this.activatedAt);
	}

	ActiveLimit atLeast(long age, long now) {
		return (age <= age(now)) ? this : aged(age, now);
	}

	ActiveLimit aged(long age, long now) {
		return new ActiveLimit(this.policy, this.definition, this.source, now - Math.min(age, OLDEST));
	}

	/**
	 * Follows another definition from now on. An unused bucket keeps what it holds, up to
	 * the new capacity: so does one that was full and dropped.
	 */
	ActiveLimit follow(LimitDefinition next, LimitSource from, long now) {
		Limit limit = next.limit();
		long unused = Math.min(unused(now), limit.capacity());
		long age = limit.refillRate().nanosToAccrue(unused - limit.initial());
		boolean knownHere = from.isLearned() && next.agreesWith(this.definition);
		return new ActiveLimit(follow(this.policy, next), next, knownHere ? this.source : from,
				now - Math.min(age, OLDEST));
	}

	// Only what each member may decide for itself is kept.
	private static LimitPolicy follow(LimitPolicy policy, LimitDefinition agreed) {
		return new LimitPolicy(agreed.limit(), agreed.consistency(), policy.creditWait(), agreed.mode(),
				policy.overdraft());
	}

	private long unused(long now) {
		Limit limit = this.policy.limit();
		long room = limit.capacity() - limit.initial();
		return limit.initial() + Math.min(room, limit.refillRate().accruedIn(age(now)));
	}

}
