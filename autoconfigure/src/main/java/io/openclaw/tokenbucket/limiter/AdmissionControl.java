package io.openclaw.tokenbucket.limiter;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Function;

import org.jspecify.annotations.Nullable;

import io.openclaw.tokenbucket.limiter.bucket.Bucket;
import io.openclaw.tokenbucket.limiter.bucket.Line;
import io.openclaw.tokenbucket.limiter.decision.Charge;
import io.openclaw.tokenbucket.limiter.decision.Decision;
import io.openclaw.tokenbucket.limiter.decision.DecisionEvent;
import io.openclaw.tokenbucket.limiter.decision.DecisionListener;
import io.openclaw.tokenbucket.limiter.decision.Grant;
import io.openclaw.tokenbucket.limiter.decision.JointDecision;
import io.openclaw.tokenbucket.limiter.decision.Outcome;
import io.openclaw.tokenbucket.limiter.limit.LimitPolicy;
import io.openclaw.tokenbucket.limiter.limit.Mode;
import io.openclaw.tokenbucket.limiter.store.LimitBuckets;

/**
 * Decides about requests: one limit without a reservation where it can, several limits
 * all or nothing, limits in shadow mode behind them. Counts every final decision and
 * tells the listener of it. Thread-safe; does not block.
 */
final class AdmissionControl {

	private final Function<String, LimitBuckets> limits;

	private final NanoClock clock;

	private final Timer timer;

	private final Runnable acknowledgementWanted;

	private final @Nullable DecisionListener listener;

	private final Settlements settlements;

	/**
	 * Creates the control.
	 * @param limits finds a limit by its name, and throws if there is none
	 * @param clock the clock of the buckets
	 * @param timer ends the wait of requests beyond the credit
	 * @param acknowledgementWanted is run when a request begins to wait
	 * @param listener receives every final decision, may be {@code null}
	 */
	AdmissionControl(Function<String, LimitBuckets> limits, NanoClock clock, Timer timer,
			Runnable acknowledgementWanted, @Nullable DecisionListener listener) {
		this.limits = limits;
		this.clock = clock;
		this.timer = timer;
		this.acknowledgementWanted = acknowledgementWanted;
		this.listener = listener;
		this.settlements = new Settlements(clock, listener);
	}

	/**
	 * Decides about one limit. Most requests meet one. They need no reservation, unless
	 * they wait.
	 */
	Decision consume(LimitBuckets buckets, String key, long tokens) {
		long now = this.clock.nanoTime();
		Decision decision = decide(buckets, key, tokens, now);
		return (decision.outcome() != Outcome.WAITING) ? counted(buckets, key, tokens, decision, false, now)
				: reserve(buckets, key, tokens, now);
	}

	/**
	 * Consumes as many tokens of one bucket as may be spent at once.
	 */
	Grant grant(LimitBuckets buckets, String key, long tokens) {
		long now = this.clock.nanoTime();
		Grant grant = (buckets.policy().mode() == Mode.SHADOW) ? new Grant(tokens, buckets.shadow(key, tokens, now))
				: buckets.grant(key, tokens, now);
		counted(buckets, key, Math.max(1, grant.tokens()), grant.decision(), false, now);
		return grant;
	}

	/**
	 * Decides about several limits, or about what is taken in advance.
	 * @param charges at least one
	 */
	JointDecision consume(List<Charge> charges) {
		Charge first = charges.get(0);
		if (charges.size() == 1 && !first.isInAdvance()) {
			LimitBuckets buckets = this.limits.apply(first.limit());
			if (buckets.policy().mode() == Mode.ENFORCE) {
				return alone(consume(buckets, first.key(), first.tokens()));
			}
		}
		long now = this.clock.nanoTime();
		Shadows shadows = new Shadows(charges, this.limits, this.settlements);
		JointDecision enforced = enforce(shadows.enforced(), now);
		JointDecision decision = shadows.follow(enforced, now);
		if (decision.outcome() != Outcome.WAITING) {
			return counted(charges, decision, false, now);
		}
		return new JointDecision(Outcome.WAITING, decision.decisions(), followedLater(charges, shadows, enforced, now));
	}

	private static Decision decide(LimitBuckets buckets, String key, long tokens, long now) {
		LimitPolicy policy = buckets.policy();
		if (policy.mode() == Mode.SHADOW) {
			return buckets.shadow(key, tokens, now);
		}
		long cost = policy.limit().costOf(tokens);
		return (cost == Long.MAX_VALUE) ? buckets.refuse(key, tokens, now) : buckets.decide(key, cost, now);
	}

	private Decision reserve(LimitBuckets buckets, String key, long tokens, long startedAt) {
		Part part = new Part(buckets, new Charge(buckets.policy().limit().name(), key, tokens), this.settlements,
				startedAt);
		Admission<Decision> admission = new Admission<>(this.clock, List.of(part),
				(outcome, decisions, completion) -> decisions.get(0));
		Decision decision = start(admission);
		return (decision.outcome() != Outcome.WAITING) ? counted(buckets, key, tokens, decision, false, startedAt)
				: decision.completedBy(
						admission.completion().map((later) -> counted(buckets, key, tokens, later, true, startedAt)));
	}

	private static JointDecision alone(Decision decision) {
		return (decision.completion() == null) ? JointDecision.of(decision) : new JointDecision(Outcome.WAITING,
				List.of(decision.completedBy(null)), completion(decision).map(JointDecision::of));
	}

	private JointDecision enforce(List<Charge> charges, long now) {
		if (charges.isEmpty()) {
			return new JointDecision(Outcome.ADMITTED, List.of(), null);
		}
		// A cost above a capacity is answered before any bucket is asked or created.
		if (charges.stream().anyMatch((charge) -> this.limits.apply(charge.limit()).isAboveCapacity(charge.tokens()))) {
			return new JointDecision(Outcome.REJECTED,
					charges.stream()
						.map((charge) -> this.limits.apply(charge.limit()).refuse(charge.key(), charge.tokens(), now))
						.toList(),
					null);
		}
		List<Part> parts = new ArrayList<>(charges.size());
		for (Charge charge : charges) {
			parts.add(new Part(this.limits.apply(charge.limit()), charge, this.settlements, now));
		}
		return start(new Admission<>(this.clock, parts, JointDecision::new));
	}

	private <D> D start(Admission<D> admission) {
		D decision = admission.start();
		List<Bucket> lines = admission.lines();
		if (!lines.isEmpty()) {
			lines.forEach(this::watch);
			this.acknowledgementWanted.run();
		}
		return decision;
	}

	private DecisionFuture<JointDecision> followedLater(List<Charge> charges, Shadows shadows, JointDecision waiting,
			long startedAt) {
		return completion(waiting).map((decision) -> {
			long now = this.clock.nanoTime();
			return counted(charges, shadows.follow(decision, now), true, startedAt);
		});
	}

	private JointDecision counted(List<Charge> charges, JointDecision decision, boolean waited, long startedAt) {
		for (int i = 0; i < charges.size(); i++) {
			Charge charge = charges.get(i);
			counted(this.limits.apply(charge.limit()), charge.key(), charge.tokens(), decision.decisions().get(i),
					waited, startedAt);
		}
		return decision;
	}

	private Decision counted(LimitBuckets buckets, String key, long tokens, Decision decision, boolean waited,
			long startedAt) {
		buckets.statistics().count(decision);
		if (this.listener != null) {
			this.listener
				.onDecision(new DecisionEvent(key, tokens, decision, waited, this.clock.nanoTime() - startedAt));
		}
		return decision;
	}

	private static DecisionFuture<JointDecision> completion(JointDecision waiting) {
		return (DecisionFuture<JointDecision>) Objects.requireNonNull(waiting.completion());
	}

	private static DecisionFuture<Decision> completion(Decision waiting) {
		return (DecisionFuture<Decision>) Objects.requireNonNull(waiting.completion());
	}

	private void watch(Bucket bucket) {
		Long deadline = bucket.watch();
		if (deadline != null) {
			this.timer.schedule(Duration.ofNanos(deadline - this.clock.nanoTime()), () -> {
				bucket.unwatch();
				Line.serve(bucket, this.clock.nanoTime());
				watch(bucket);
			});
		}
	}

}
