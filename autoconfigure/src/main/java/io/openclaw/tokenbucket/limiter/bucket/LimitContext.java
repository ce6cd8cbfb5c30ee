package io.openclaw.tokenbucket.limiter.bucket;

import java.util.Optional;
import java.util.function.UnaryOperator;

import com.google.errorprone.annotations.concurrent.GuardedBy;
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

	// What this member is configured with. Without it, it only knows the limit from
	// others, and decides nothing by it.
	private volatile @Nullable LimitDefinition configured;

	public LimitContext(LimitPolicy policy, LimitSource source, CurrentMembership members, long syncIntervalNanos,
			long now) {
		this.members = members;
		this.configured = source.isLearned() ? null : LimitDefinition.of(policy);
		this.last = new ContextStep(
				new BucketContext(members.asOf(now), ActiveLimit.of(policy, source, now), syncIntervalNanos, null, 0),
				now);
	}

	/**
	 * What buckets go by now. Called for every request.
	 */
	public ContextStep asOf(long now) {
		Numbered current = this.members.asOf(now);
		ContextStep step = this.last;
		return (step.context().members().number() == current.number()) ? step : follow(current, now);
	}

	// Another thread may have seen a newer view before.
	private synchronized ContextStep follow(Numbered current, long now) {
		BucketContext context = current();
		if (current.number() > context.members().number()) {
			long since = current.view().sinceNanos();
			append(context.with(current), (now - since > 0) ? since : now);
		}
		return this.last;
	}

	/**
	 * Whether this member decides by the limit.
	 */
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

	/**
	 * This member is configured with the limit from now on, and decides by it.
	 */
	public synchronized void configure(LimitPolicy policy) {
		if (this.configured == null) {
			amend(current().with(active().claim(policy)));
		}
		this.configured = LimitDefinition.of(policy);
	}

	Birth nextBirth() {
		return this.members.nextBirth();
	}

	public ActiveLimit active() {
		return current().active();
	}

	/**
	 * Follows another definition from now on.
	 * @param next makes the definition from the one that holds
	 * @return what changed, if only the version; empty if nothing
	 */
	public synchronized Optional<LimitChange> follow(UnaryOperator<LimitDefinition> next, LimitSource source,
			long now) {
		ActiveLimit before = active();
		LimitDefinition definition = next.apply(before.definition());
		if (definition.equals(before.definition())) {
			return Optional.empty();
		}
		LimitSource actual = sourceOf(definition, source);
		append(current().with(before.follow(definition, actual, now)), now);
		return Optional.of(new LimitChange(before.definition(), before.source(), definition, actual));
	}

	// Others may find out first that all are configured so.
	private LimitSource sourceOf(LimitDefinition definition, LimitSource source) {
		LimitDefinition own = this.configured;
		boolean isOwn = own != null && definition.isBasedOn(own) && definition.agreesWith(own);
		return (isOwn && source.isLearned()) ? LimitSource.CONFIGURATION : source;
	}

	/**
	 * Goes by a part of the limit from now on.
	 */
	public synchronized void fallBack(FallbackQuota quota) {
		amend(current().inFallback(quota));
	}

	/**
	 * Goes by the replicated state again, once nothing of it is overspent.
	 */
	public synchronized void recover(long now) {
		append(current().recovered(), now);
	}

	public synchronized void changeSyncInterval(long nanos) {
		amend(current().withSyncInterval(nanos));
	}

	/**
	 * Learns that the limit has been active elsewhere for longer.
	 */
	public void learnAge(long age, long now) {
		if (age > active().age(now)) {
			setAge(age, now);
		}
	}

	private synchronized void setAge(long age, long now) {
		amend(current().with(active().atLeast(age, now)));
	}

	/**
	 * Forgets for how long the limit was active here.
	 * @param definition nothing happens unless it holds
	 */
	public synchronized void restart(LimitDefinition definition, long age, long now) {
		if (active().definition().equals(definition)) {
			amend(current().with(active().aged(age, now)));
		}
	}

	private BucketContext current() {
		return this.last.context();
	}

	@GuardedBy("this")
	private void amend(BucketContext amended) {
		this.last.amend(amended);
	}

	@GuardedBy("this")
	private void append(BucketContext changed, long now) {
		this.last = this.last.append(changed, now);
	}

}
