package io.openclaw.tokenbucket.gateway.answer;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;

import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.server.reactive.ServerHttpResponse;
import org.springframework.web.reactive.HandlerMapping;
import org.springframework.web.server.ServerWebExchange;

import io.openclaw.tokenbucket.crdt.MicroTokens;
import io.openclaw.tokenbucket.limiter.decision.Decision;
import io.openclaw.tokenbucket.limiter.decision.Reason;
import io.openclaw.tokenbucket.limiter.membership.FleetState;

/**
 * Answers requests that are not routed. An answer sets the status, and completes at once.
 * Its body is written by {@code UnroutedResponseFilter}, after all filters of the route:
 * one of them may still try again or fall back. Their other changes of the response do
 * not change the answer. Thread-safe.
 */
public final class ProblemResponses {

	private static final String PENDING = ProblemResponses.class.getName();

	private final ProblemWriter writer;

	// As many as there are limits.
	private final Map<String, Problem> lastExceeded = new ConcurrentHashMap<>();

	/**
	 * Creates the responses.
	 * @param writer writes the bodies, but not those for gRPC clients
	 */
	public ProblemResponses(ProblemWriter writer) {
		this.writer = writer;
	}

	/**
	 * Writes the answer to a request, if it has one and nobody else has answered it.
	 * @param exchange the request
	 * @return completes when the response is written, at once if there is nothing to
	 * write
	 */
	public Mono<Void> write(ServerWebExchange exchange) {
		ServerHttpResponse response = exchange.getResponse();
		if (!(exchange.getAttributes().remove(PENDING) instanceof Pending pending) || response.isCommitted()
				|| pending.handler() != handlerOf(exchange)) {
			return Mono.empty();
		}
		Problem problem = pending.problem();
		stamp(problem, response);
		// Again at commit, since filters of the route may change the response until then.
		response.beforeCommit(() -> Mono.fromRunnable(() -> stamp(problem, response)));
		return write(pending, exchange).subscribeOn(AnswerScheduler.of(response));
	}

	private Mono<Void> write(Pending pending, ServerWebExchange exchange) {
		return Mono.defer(() -> GrpcAnswer.isFor(exchange.getRequest())
				? new GrpcAnswer(pending.grpcStatus(), pending.problem()).write(exchange.getRequest(),
						exchange.getResponse())
				: this.writer.write(exchange, pending.problem()));
	}

	private static void stamp(Problem problem, ServerHttpResponse response) {
		response.setStatusCode(problem.status());
		HttpHeaders headers = response.getHeaders();
		headers.setCacheControl("no-store");
		Long retryAfter = problem.retryAfterSeconds();
		if (retryAfter != null) {
			headers.set(HttpHeaders.RETRY_AFTER, Long.toString(retryAfter));
		}
		else {
			headers.remove(HttpHeaders.RETRY_AFTER);
		}
	}

	/**
	 * Takes back an answer that is not written yet, since the request is tried again.
	 * @param exchange the request
	 */
	public void retract(ServerWebExchange exchange) {
		if (exchange.getAttributes().remove(PENDING) != null) {
			exchange.getResponse().setStatusCode(null);
		}
	}

	/**
	 * Answers a request that costs more than a bucket can hold: 400.
	 * @param exchange the request
	 * @param decisions decisions for the reason {@link Reason#COST_ABOVE_CAPACITY}, at
	 * least one
	 */
	public Mono<Void> costAboveCapacity(ServerWebExchange exchange, List<Decision> decisions) {
		List<String> policies = policies(decisions);
		long most = decisions.stream()
			.mapToLong((decision) -> MicroTokens.toWholeTokens(decision.limit().capacity()))
			.min()
			.orElse(0);
		return answer(exchange,
				Problem.unacceptable(HttpStatus.BAD_REQUEST, policies,
						"The request costs more than %d tokens, the most that %s can ever hold.".formatted(most,
								names(policies))));
	}

	/**
	 * Answers a request whose body is larger than a bucket that counts it can hold: 413.
	 * @param exchange the request
	 * @param decisions decisions for the reason {@link Reason#COST_ABOVE_CAPACITY}, at
	 * least one
	 * @param mostBytes the longest body that would be possible
	 */
	public Mono<Void> bodyTooLarge(ServerWebExchange exchange, List<Decision> decisions, long mostBytes) {
		List<String> policies = policies(decisions);
		return answer(exchange,
				Problem.unacceptable(HttpStatus.CONTENT_TOO_LARGE, policies,
						"The request's body has more than %d bytes, the most that %s can ever hold."
							.formatted(mostBytes, names(policies))));
	}

	/**
	 * Answers a request that was to be sent again with a body that is gone: 503.
	 * @param exchange the request
	 */
	public Mono<Void> bodyGone(ServerWebExchange exchange) {
		return answer(exchange, Problem.unacceptable(HttpStatus.SERVICE_UNAVAILABLE, List.of(),
				"The service failed. The request's body is too long to be kept and sent to it again by the gateway."));
	}

	/**
	 * Answers a request that lacks a key: 400.
	 * @param exchange the request
	 * @param policies names of the limits whose key is missing
	 * @param sources what the request lacks
	 * @param unauthenticated whether what it lacks says who sends it
	 */
	public Mono<Void> missingKey(ServerWebExchange exchange, List<String> policies, List<String> sources,
			boolean unauthenticated) {
		Problem problem = Problem.unacceptable(HttpStatus.BAD_REQUEST, policies,
				"The request lacks %s, by which %s counts.".formatted(String.join(" and ", sources), names(policies)));
		return answer(exchange, problem,
				unauthenticated ? GrpcAnswer.UNAUTHENTICATED : GrpcAnswer.statusOf(problem.status()));
	}

	/**
	 * Answers a request that limits rejected: 429, with the time after which the same
	 * request would be admitted; 503 where another gateway replaced this one, or the
	 * others refuse it.
	 * @param exchange the request
	 * @param decisions its decisions, at least one of them rejected
	 * @param state how much of the fleet this member hears
	 */
	public Mono<Void> rejected(ServerWebExchange exchange, List<Decision> decisions, FleetState state) {
		if (state == FleetState.REPLACED) {
			return replaced(exchange);
		}
		if (state == FleetState.REFUSED) {
			return refused(exchange);
		}
		List<Quota> violated = Quota.violatedIn(decisions);
		long seconds = RetryAfter.seconds(violated);
		if (isReduced(decisions, state)) {
			return answer(exchange, reduced(violated, seconds, why(decisions, state)));
		}
		return answer(exchange, (violated.size() == 1) ? exceeded(violated.get(0).policy(), seconds)
				: exceeded(policiesOf(violated), seconds));
	}

	private static Problem reduced(List<Quota> violated, long seconds, String why) {
		List<String> policies = policiesOf(violated);
		return Problem.temporaryReducedCapacity(policies,
				why + " by " + names(policies) + " for now. " + retry(seconds), seconds);
	}

	// Rejections of one limit differ in little more than the seconds to wait.
	private Problem exceeded(String policy, long seconds) {
		Problem last = this.lastExceeded.get(policy);
		if (last == null || last.retryAfterSeconds() == null || last.retryAfterSeconds() != seconds) {
			last = exceeded(List.of(policy), seconds);
			this.lastExceeded.put(policy, last);
		}
		return last;
	}

	private static Problem exceeded(List<String> policies, long seconds) {
		return Problem.quotaExceeded(policies, "The request exceeds " + names(policies) + ". " + retry(seconds),
				seconds);
	}

	private static List<String> policiesOf(List<Quota> violated) {
		return violated.stream().map(Quota::policy).toList();
	}

	// No time helps: another gateway has to take the request.
	private Mono<Void> replaced(ServerWebExchange exchange) {
		return answer(exchange, Problem.unacceptable(HttpStatus.SERVICE_UNAVAILABLE, List.of(),
				"Another gateway took the name of this one, which admits nothing until it is started again."));
	}

	/**
	 * Answers a request whose upstream is too slow to forward it: 429.
	 * @param exchange the request
	 * @param untilProbe how long none will be forwarded, not negative
	 */
	public Mono<Void> slowUpstream(ServerWebExchange exchange, Duration untilProbe) {
		long seconds = RetryAfter.seconds(untilProbe);
		return answer(exchange, Problem.temporaryReducedCapacity(List.of(),
				"The service is too slow to take more for now. " + retry(seconds), seconds));
	}

	// No time helps: another gateway has to take the request.
	private Mono<Void> refused(ServerWebExchange exchange) {
		return answer(exchange, Problem.unacceptable(HttpStatus.SERVICE_UNAVAILABLE, List.of(),
				"The other gateways do not accept this one, which admits nothing more until that is mended."));
	}

	private static String retry(long seconds) {
		return "Try again in " + seconds + ((seconds != 1) ? " seconds." : " second.");
	}

	private static boolean isReduced(List<Decision> decisions, FleetState state) {
		return state == FleetState.DEGRADED || state == FleetState.ISOLATED || has(Reason.REDUCED_CAPACITY, decisions)
				|| has(Reason.FALLBACK, decisions);
	}

	private static String why(List<Decision> decisions, FleetState state) {
		if (has(Reason.FALLBACK, decisions)) {
			return "The gateways disagree on what was spent and admit less";
		}
		return (state == FleetState.JOINING) ? "This gateway is joining the others and admits less"
				: "The gateways cannot hear each other and admit less";
	}

	private static boolean has(Reason reason, List<Decision> decisions) {
		for (Decision decision : decisions) {
			if (decision.reason() == reason) {
				return true;
			}
		}
		return false;
	}

	private static String names(List<String> policies) {
		return (policies.size() == 1) ? "the limit '" + policies.get(0) + "'"
				: policies.stream().collect(Collectors.joining("' and '", "the limits '", "'"));
	}

	private static List<String> policies(List<Decision> decisions) {
		return decisions.stream().map((decision) -> decision.limit().name()).toList();
	}

	private static Mono<Void> answer(ServerWebExchange exchange, Problem problem) {
		return answer(exchange, problem, GrpcAnswer.statusOf(problem.status()));
	}

	private static Mono<Void> answer(ServerWebExchange exchange, Problem problem, int grpcStatus) {
		exchange.getResponse().setStatusCode(problem.status());
		exchange.getAttributes().put(PENDING, new Pending(problem, grpcStatus, handlerOf(exchange)));
		return Mono.empty();
	}

	private static @Nullable Object handlerOf(ServerWebExchange exchange) {
		return exchange.getAttribute(HandlerMapping.BEST_MATCHING_HANDLER_ATTRIBUTE);
	}

	/**
	 * An answer that is not written yet.
	 *
	 * @param problem what it says
	 * @param grpcStatus the same for gRPC clients
	 * @param handler of the request by then; another one has answered it instead if a
	 * filter fell back to that
	 */
	private record Pending(Problem problem, int grpcStatus, @Nullable Object handler) {
	}

}
