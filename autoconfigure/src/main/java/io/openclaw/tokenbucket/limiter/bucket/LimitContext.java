package io.openclaw.tokenbucket.limiter.bucket;

import java.util.Optional;
import java.util.function.UnaryOperator;

import org.jspecify.annotations.Nullable;

import io.openclaw.tokenbucket.crdt.Birth;
import io.openclaw.tokenbucket.limiter.limit.FallbackQuota;
import io.openclaw.tokenbucket.limiter.limit.LimitChange;
import io.openclaw.tokenbucket.limiter.limit.LimitDefinition;
import io.openclaw.tokenbucket.limiter.limit.LimitPolicy;
import io.openclaw.tokenbucket.limiter.limit.LimitSource;
import io.openclaw.tokenbucket.limiter.membership.CurrentMembership;
import io.openclaw.tokenbucket.limiter.membership.CurrentMembership.Numbered;

/**
 * The context that all buckets of one limit share, and everything that changes it.
 * Thread-safe: changes take its lock, and no other while they hold it.
 */
public final class LimitContext {

	private final CurrentMembership members;

	// Written with the lock held.
	private volatile ContextStep last;

	private volatile long syncIntervalNanos;

	private volatile @Nullable FallbackQuota fallback;

	// What this member is configured with. Without it, it only knows the limit from
	// others, and decides nothing by it.
	private volatile @Nullable LimitDefinition configured;

	public LimitContext(LimitPolicy policy, LimitSource source, CurrentMembership members, long syncIntervalNanos,
			long now) {
		this.members = members;
		this.configured = source.isLearned() ? null : LimitDefinition.of(policy);
		this.syncIntervalNanos = syncIntervalNanos;
		this.last = new ContextStep(members.asOf(now), ActiveLimit.of(policy, source, now), 0, now);
	}

	/**
	 * What buckets go by now. Called for every request.
	 */
	public ContextStep asOf(long now) {
		Numbered current = this.members.asOf(now);
		ContextStep step = this.last;
		return (step.number() == current.number()) ? step : follow(current, now);
	}

	/**
	 * Whether a bucket that followed a step has nothing to follow.
	 */
	boolean isUnchangedSince(ContextStep step, long now) {
		return asOf(now) == step && !isInFallback();
	}

	// Another thread may have seen a newer view before.
	private synchronized ContextStep follow(Numbered current, long now) {
		if (current.number() > this.last.number()) {
			long since = current.view().sinceNanos();
			this.last = this.last.then(current, (now - since > 0) ? since : now);
		}
		return this.last;
	}

	public boolean isConfigured() {
		return this.configured != null;
	}

	/**
	 * What this member is configured with; {@code null} if it only knows the limit from
	 * others.
	 */
	public @Nullable LimitDefinition configured() {
		return this.configured;
	}

	public synchronized void configure(LimitPolicy policy) {
		if (this.configured == null) {
			this.last.amend(active().claim(policy));
		}
		else {
			this.last.amend(active().withOverdraft(policy.overdraft()));
		}
		this.configured = LimitDefinition.of(policy);
	}

	Birth nextBirth() {
		return this.members.nextBirth();
	}

	public ActiveLimit active() {
		return this.last.active();
	}

	/**
	 * Follows another definition from now on.
	 * @param next makes the definition from the one that holds
	 * @return what changed, if only the version; empty if nothing
	 */
	public synchronized Optional<LimitChange> follow(UnaryOperator<LimitDefinition> next, LimitSource source,
			long now) {
		asOf(now);
		ActiveLimit before = active();
		LimitDefinition definition = next.apply(before.definition());
		if (definition.equals(before.definition())) {
			return Optional.empty();
		}
		LimitSource actual = sourceOf(definition, source);
		this.last = this.last.then(before.follow(definition, actual, now), now);
		return Optional.of(new LimitChange(before.definition(), before.source(), definition, actual));
	}

	/**
	 * Refills at another part of the configured rate from now on.
	 * @param factor in millionths, positive and at most a whole
	 */
	public synchronized void adapt(long factor, long now) {
		asOf(now);
		if (active().factor() != factor) {
			this.last = this.last.then(active().adapt(factor, now), now);
		}
	}

	// Others may find out first that all are configured so.
	private LimitSource sourceOf(LimitDefinition definition, LimitSource source) {
		LimitDefinition own = this.configured;
		boolean isOwn = own != null && definition.isBasedOn(own) && definition.agreesWith(own);
		return (isOwn && source.isLearned()) ? LimitSource.CONFIGURATION : source;
	}

	public synchronized void fallBack(FallbackQuota quota) {
		this.fallback = quota;
	}

	/**
	 * Goes by the replicated state again, once nothing of it is overspent.
	 */
	public synchronized void recover(long now) {
		asOf(now);
		this.fallback = null;
		this.last = this.last.recovered(now);
	}

	public void changeSyncInterval(long nanos) {
		this.syncIntervalNanos = nanos;
	}

	public long syncIntervalNanos() {
		return this.syncIntervalNanos;
	}

	boolean isInFallback() {
		return this.fallback != null;
	}

	/**
	 * What may be spent of the limit in fallback; {@code null} while it is not in it.
	 */
	@Nullable FallbackQuota fallback() {
		return this.fallback;
	}

	public void learnAge(long age, long now) {
		if (age > active().age(now)) {
			setAge(age, now);
		}
	}

	private synchronized void setAge(long age, long now) {
		this.last.amend(active().atLeast(age, now));
	}

	/**
	 * Forgets for how long the limit was active here.
	 * @param definition nothing happens unless it holds
	 */
	public synchronized void restart(LimitDefinition definition, long age, long now) {
		if (active().definition().equals(definition)) {
			this.last.amend(active().aged(age, now));
		}
	}

}
