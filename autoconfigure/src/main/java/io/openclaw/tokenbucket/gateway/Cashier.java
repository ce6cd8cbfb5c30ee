package io.openclaw.tokenbucket.gateway;

import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;

import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

import io.openclaw.tokenbucket.limiter.TokenBucketLimiter;
import io.openclaw.tokenbucket.limiter.decision.Charge;
import io.openclaw.tokenbucket.limiter.decision.Decision;
import io.openclaw.tokenbucket.limiter.decision.JointDecision;
import io.openclaw.tokenbucket.limiter.decision.Outcome;

/**
 * Asks the limiter for decisions and waits for them without a thread. Immutable.
 *
 * @param limiter decides
 * @param observer sees requests that wait or are rejected
 */
public record Cashier(TokenBucketLimiter limiter, DecisionObserver observer) {

	/**
	 * Has charges paid, all or nothing.
	 * @param charges at least one
	 * @return final decisions, one for each charge
	 */
	public Mono<List<Decision>> pay(List<Charge> charges) {
		if (charges.size() == 1 && !charges.get(0).isInAdvance()) {
			Charge charge = charges.get(0);
			Decision decision = this.limiter.tryConsume(charge.limit(), charge.key(), charge.tokens());
			CompletionStage<Decision> later = decision.completion();
			return observed((later == null) ? Mono.just(List.of(decision)) : completed(later).map(List::of),
					decision.outcome());
		}
		JointDecision decision = this.limiter.tryConsume(charges);
		CompletionStage<JointDecision> later = decision.completion();
		return observed(
				(later == null) ? Mono.just(decision.decisions()) : completed(later).map(JointDecision::decisions),
				decision.outcome());
	}

	/**
	 * The same for charges in advance.
	 * @param decided is told of the decisions wherever they are made, even if nobody
	 * waits for them any more
	 */
	Mono<List<Decision>> pay(List<Charge> charges, Consumer<List<Decision>> decided) {
		JointDecision decision = this.limiter.tryConsume(charges);
		CompletionStage<JointDecision> completion = decision.completion();
		if (completion == null) {
			decided.accept(decision.decisions());
			return observed(Mono.just(decision.decisions()), decision.outcome());
		}
		CompletionStage<JointDecision> told = completion.thenApply((later) -> {
			decided.accept(later.decisions());
			return later;
		});
		return observed(completed(told).map(JointDecision::decisions)
			.doOnCancel(() -> completion.toCompletableFuture().cancel(false)), decision.outcome());
	}

	/**
	 * Has a charge paid in advance, which is settled as the request around ends.
	 * @param limit the name of the limit
	 * @param key whose bucket
	 * @param tokens whole tokens that are taken in advance, or the cost where no request
	 * is around
	 * @param settling how it is settled
	 * @return the final decision
	 */
	public Mono<Decision> payAndSettle(String limit, String key, long tokens, Settling settling) {
		return Mono.deferContextual((context) -> {
			Optional<OpenSettlements> around = context.getOrEmpty(OpenSettlements.class);
			return around
				.map((open) -> pay(List.of(Charge.inAdvance(limit, key, tokens, settling.overdraftOf(tokens))),
						(decisions) -> open.add(decisions.get(0), settling)))
				.orElseGet(() -> pay(List.of(new Charge(limit, key, tokens))))
				.map((decisions) -> decisions.get(0));
		});
	}

	private Mono<List<Decision>> observed(Mono<List<Decision>> decisions, Outcome outcome) {
		boolean passes = outcome == Outcome.ADMITTED || outcome == Outcome.SHADOW_REJECTED;
		return passes ? decisions : this.observer.observe(decisions, outcome == Outcome.WAITING);
	}

	// A caller that goes away cancels the future, and so takes its promise back. What
	// follows a wait must not run on the thread that acknowledges.
	private static <D> Mono<D> completed(CompletionStage<D> completion) {
		return Mono.fromFuture(completion.toCompletableFuture()).publishOn(Schedulers.parallel());
	}

}
