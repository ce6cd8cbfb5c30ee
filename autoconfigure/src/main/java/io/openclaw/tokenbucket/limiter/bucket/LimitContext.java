package io.openclaw.tokenbucket.limiter.bucket;

import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.UnaryOperator;

import org.jspecify.annotations.Nullable;

import io.openclaw.tokenbucket.limiter.limit.FallbackQuota;
import io.openclaw.tokenbucket.limiter.limit.LimitChange;
import io.openclaw.tokenbucket.limiter.limit.LimitDefinition;
import io.openclaw.tokenbucket.limiter.limit.LimitPolicy;
import io.openclaw.tokenbucket.limiter.limit.LimitSource;
import io.openclaw.tokenbucket.limiter.membership.CurrentMembership;
import io.openclaw.tokenbucket.limiter.membership.MembershipView;

/**
 * The context that all buckets of one limit share, and everything that changes it.
 * Thread-safe.
 */
public final class LimitContext {

	private final CurrentMembership members;

	private final AtomicReference<BucketContext> current;

	// Else this member only knows it from others, and decides nothing by it.
	private volatile @Nullable LimitDefinition configured;

	public LimitContext(LimitPolicy policy, LimitSource source, CurrentMembership members, long syncIntervalNanos,
			long now) {
		this.members = members;
		this.configured = source.isLearned() ? null : LimitDefinition.of(policy);
		this.current = new AtomicReference<>(
				new BucketContext(members.view(now), ActiveLimit.of(policy, source, now), syncIntervalNanos, null, 0));
	}

	/**
	 * What buckets go by now. Called for every request.
	 */
	public BucketContext asOf(long now) {
		MembershipView view = this.members.view(now);
		BucketContext context = this.current.get();
		return (context.view() == view) ? context : this.current.updateAndGet((latest) -> latest.with(view));
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
	public void configure(LimitPolicy policy) {
		boolean claimed = this.configured == null;
		this.configured = LimitDefinition.of(policy);
		if (claimed) {
			this.current.updateAndGet((latest) -> latest.with(latest.active().claim(policy)));
		}
	}

	public ActiveLimit active() {
		return this.current.get().active();
	}

	/**
	 * Follows another definition from now on.
	 * @param next makes the definition from the one that holds; may be called several
	 * times
	 * @return what changed, if only the version; empty if nothing
	 */
	public Optional<LimitChange> follow(UnaryOperator<LimitDefinition> next, LimitSource source, long now) {
		BucketContext context;
		ActiveLimit before;
		LimitDefinition definition;
		do {
			context = this.current.get();
			before = context.active();
			definition = next.apply(before.definition());
			if (definition.equals(before.definition())) {
				return Optional.empty();
			}
		}
		while (!this.current.compareAndSet(context,
				context.with(before.follow(definition, sourceOf(definition, source), now))));
		return Optional
			.of(new LimitChange(before.definition(), before.source(), definition, sourceOf(definition, source)));
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
	public void fallBack(FallbackQuota quota) {
		this.current.updateAndGet((latest) -> latest.inFallback(quota));
	}

	/**
	 * Goes by the replicated state again, once nothing of it is overspent.
	 */
	public void recover() {
		this.current.updateAndGet(BucketContext::recovered);
	}

	public void changeSyncInterval(long nanos) {
		this.current.updateAndGet((latest) -> latest.withSyncInterval(nanos));
	}

	/**
	 * Learns that the limit has been active elsewhere for longer.
	 */
	public void learnAge(long age, long now) {
		this.current.updateAndGet((latest) -> latest.with(latest.active().atLeast(age, now)));
	}

	/**
	 * Forgets for how long the limit was active here.
	 * @param definition nothing happens unless it holds
	 */
	public void restart(LimitDefinition definition, long age, long now) {
		this.current.updateAndGet((latest) -> {
			ActiveLimit active = latest.active();
			return active.definition().equals(definition) ? latest.with(active.aged(age, now)) : latest;
		});
	}

}
