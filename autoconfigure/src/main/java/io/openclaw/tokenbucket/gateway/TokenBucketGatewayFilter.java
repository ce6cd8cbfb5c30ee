package io.openclaw.tokenbucket.gateway;

import java.util.List;
import java.util.concurrent.CompletionStage;

import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

import org.springframework.cloud.gateway.filter.GatewayFilter;
import org.springframework.cloud.gateway.filter.GatewayFilterChain;
import org.springframework.web.server.ServerWebExchange;

import io.openclaw.tokenbucket.gateway.answer.ProblemResponses;
import io.openclaw.tokenbucket.limiter.Charge;
import io.openclaw.tokenbucket.limiter.Decision;
import io.openclaw.tokenbucket.limiter.JointDecision;
import io.openclaw.tokenbucket.limiter.Reason;
import io.openclaw.tokenbucket.limiter.TokenBucketLimiter;

/**
 * Lets a request pass if every limit has tokens for it, and answers it otherwise. Does no
 * I/O. Thread-safe.
 */
final class TokenBucketGatewayFilter implements GatewayFilter {

	private final List<RequestLimit> limits;

	private final TokenBucketLimiter limiter;

	private final Receipts receipts;

	private final ProblemResponses problems;

	TokenBucketGatewayFilter(List<RequestLimit> limits, TokenBucketLimiter limiter, Receipts receipts,
			ProblemResponses problems) {
		this.limits = List.copyOf(limits);
		this.limiter = limiter;
		this.receipts = receipts;
		this.problems = problems;
	}

	@Override
	public Mono<Void> filter(ServerWebExchange exchange, GatewayFilterChain chain) {
		this.problems.retract(exchange);
		return bill(exchange).flatMap((bill) -> settle(bill, exchange, chain));
	}

	private Mono<Bill> bill(ServerWebExchange exchange) {
		return Flux.fromIterable(this.limits)
			.filter((limit) -> !this.receipts.hasPaid(exchange, limit.name()))
			.concatMap((limit) -> limit.bill(exchange))
			.reduce(Bill.EMPTY, Bill::plus);
	}

	private Mono<Void> settle(Bill bill, ServerWebExchange exchange, GatewayFilterChain chain) {
		if (!bill.keyless().isEmpty()) {
			return this.problems.missingKey(exchange, bill.keyless().stream().map(RequestLimit::name).toList(),
					bill.keyless().stream().map((limit) -> limit.key().source()).distinct().toList());
		}
		if (bill.charges().isEmpty()) {
			return chain.filter(exchange);
		}
		return decide(bill.charges()).flatMap((decisions) -> answer(decisions, exchange, chain));
	}

	private Mono<List<Decision>> decide(List<Charge> charges) {
		if (charges.size() == 1) {
			Charge charge = charges.get(0);
			Decision decision = this.limiter.tryConsume(charge.limit(), charge.key(), charge.tokens());
			return settled(decision, decision.completion()).map(List::of);
		}
		JointDecision decision = this.limiter.tryConsume(charges);
		return settled(decision, decision.completion()).map(JointDecision::decisions);
	}

	// A caller that goes away cancels the future, and so takes its promise back. What
	// follows a wait must not run on the thread that acknowledges.
	private static <D> Mono<D> settled(D decision, @Nullable CompletionStage<D> completion) {
		return (completion == null) ? Mono.just(decision)
				: Mono.fromFuture(completion.toCompletableFuture()).publishOn(Schedulers.parallel());
	}

	private Mono<Void> answer(List<Decision> decisions, ServerWebExchange exchange, GatewayFilterChain chain) {
		if (decisions.stream().allMatch(Decision::isAdmitted)) {
			this.receipts.add(exchange, decisions);
			return chain.filter(exchange);
		}
		if (decisions.stream().anyMatch((decision) -> decision.reason() == Reason.COST_ABOVE_CAPACITY)) {
			return this.problems.costAboveCapacity(exchange, decisions);
		}
		this.receipts.add(exchange, decisions);
		return this.problems.tooManyRequests(exchange, decisions, this.limiter.state());
	}

	@Override
	public String toString() {
		return "[TokenBucket limits = " + this.limits.stream().map(RequestLimit::name).toList() + "]";
	}

}
