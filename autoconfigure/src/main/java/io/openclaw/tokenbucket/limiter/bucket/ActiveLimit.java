package io.openclaw.tokenbucket.limiter.bucket;

import io.openclaw.tokenbucket.crdt.Limit;
import io.openclaw.tokenbucket.limiter.limit.LimitDefinition;
import io.openclaw.tokenbucket.limiter.limit.LimitPolicy;
import io.openclaw.tokenbucket.limiter.limit.LimitSource;

/**
 * A limit as a member follows it, and since when a bucket that nobody ever used would
 * have been refilled under it. Times are nanoseconds of one clock. Immutable.
 *
 * @param policy the limit, with the refill rate that is in force
 * @param definition what of it the fleet agrees on, with the rate as configured
 * @param source where the definition came from
 * @param activatedAt when such a bucket would have had the initial tokens
 * @param factor of the configured rate that is in force, in millionths
 */
public record ActiveLimit(LimitPolicy policy, LimitDefinition definition, LimitSource source, long activatedAt,
		long factor) {

	/** The factor where a limit refills as configured. */
	public static final long WHOLE = 1_000_000;

	// Further back no bucket is anything but full, and differences must not overflow.
	private static final long OLDEST = Long.MAX_VALUE / 4;

	static ActiveLimit of(LimitPolicy policy, LimitSource source, long now) {
		return new ActiveLimit(policy, LimitDefinition.of(policy), source, now, WHOLE);
	}

	/**
	 * The same after this member was configured with a limit that it knew from others.
	 */
	ActiveLimit claim(LimitPolicy configured) {
		boolean agrees = LimitDefinition.of(configured).agreesWith(this.definition);
		return new ActiveLimit(follow(configured, this.definition, this.factor), this.definition,
				agrees ? LimitSource.CONFIGURATION : this.source, this.activatedAt, this.factor);
	}

	ActiveLimit withOverdraft(long overdraft) {
		LimitPolicy changed = new LimitPolicy(this.policy.limit(), this.policy.consistency(), this.policy.creditWait(),
				this.policy.mode(), overdraft);
		return new ActiveLimit(changed, this.definition, this.source, this.activatedAt, this.factor);
	}

	public long age(long now) {
		return Math.max(0, now - this.activatedAt);
	}

	ActiveLimit atLeast(long age, long now) {
		return (age <= age(now)) ? this : aged(age, now);
	}

	ActiveLimit aged(long age, long now) {
		return new ActiveLimit(this.policy, this.definition, this.source, now - Math.min(age, OLDEST), this.factor);
	}

	/**
	 * Follows another definition from now on. An unused bucket keeps what it holds, up to
	 * the new capacity: so does one that was full and dropped. A rate that was adapted
	 * stays what it was, but for that it is never above the configured.
	 */
	ActiveLimit follow(LimitDefinition next, LimitSource from, long now) {
		boolean knownHere = from.isLearned() && next.agreesWith(this.definition);
		double before = this.definition.limit().refillRate().tokensPerSecond() * this.factor;
		long kept = (this.factor == WHOLE) ? WHOLE
				: Math.min(WHOLE, Math.max(1, Math.round(before / next.limit().refillRate().tokensPerSecond())));
		return after(next, knownHere ? this.source : from, kept, now);
	}

	/**
	 * Refills at another part of the configured rate from now on.
	 */
	ActiveLimit adapt(long newFactor, long now) {
		return after(this.definition, this.source, newFactor, now);
	}

	private ActiveLimit after(LimitDefinition next, LimitSource from, long newFactor, long now) {
		LimitPolicy followed = follow(this.policy, next, newFactor);
		Limit limit = followed.limit();
		long unused = Math.min(unused(now), limit.capacity());
		long age = limit.refillRate().nanosToAccrue(unused - limit.initial());
		return new ActiveLimit(followed, next, from, now - Math.min(age, OLDEST), newFactor);
	}

	// Only what each member may decide for itself is kept.
	private static LimitPolicy follow(LimitPolicy policy, LimitDefinition agreed, long factor) {
		Limit limit = agreed.limit();
		Limit inForce = (factor == WHOLE) ? limit : new Limit(limit.name(), limit.capacity(),
				limit.refillRate().times(factor, WHOLE), limit.initial(), limit.revision());
		return new LimitPolicy(inForce, agreed.consistency(), policy.creditWait(), agreed.mode(), policy.overdraft());
	}

	private long unused(long now) {
		Limit limit = this.policy.limit();
		long room = limit.capacity() - limit.initial();
		return limit.initial() + Math.min(room, limit.refillRate().accruedIn(age(now)));
	}

}
