package io.openclaw.tokenbucket.gateway.answer;

import java.time.Duration;
import java.util.List;
import java.util.stream.Collectors;

import reactor.core.publisher.Mono;

import org.springframework.http.CacheControl;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.server.reactive.ServerHttpResponse;
import org.springframework.web.server.ServerWebExchange;

import io.openclaw.tokenbucket.limiter.Decision;
import io.openclaw.tokenbucket.limiter.FleetState;
import io.openclaw.tokenbucket.limiter.Reason;

/**
 * Answers requests that are not routed. An answer sets the status at once, and is written
 * when all filters of the route are done with it: one of them may try again or fall back.
 * Immutable.
 */
public final class ProblemResponses {

	private static final String PENDING = ProblemResponses.class.getName();

	private final ProblemWriter writer;

	/**
	 * Creates answers.
	 * @param writer writes them
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
		if (response.isCommitted() || !(exchange.getAttributes().remove(PENDING) instanceof Problem problem)
				|| !problem.status().equals(response.getStatusCode())) {
			return Mono.empty();
		}
		HttpHeaders headers = response.getHeaders();
		headers.setCacheControl(CacheControl.noStore());
		Long retryAfter = problem.retryAfterSeconds();
		if (retryAfter != null) {
			headers.set(HttpHeaders.RETRY_AFTER, Long.toString(retryAfter));
		}
		return this.writer.write(exchange, problem);
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
	 * Answers a request that costs more than a bucket can hold.
	 * @param exchange the request
	 * @param decisions decisions for the reason {@link Reason#COST_ABOVE_CAPACITY}, at
	 * least one
	 * @param status 413 where the size of the request is the reason, else 400
	 * @return completes at once
	 */
	public Mono<Void> costAboveCapacity(ServerWebExchange exchange, List<Decision> decisions, HttpStatus status) {
		List<String> policies = decisions.stream().map((decision) -> decision.limit().name()).toList();
		return answer(exchange, Problem.unacceptable(status, policies,
				"The request costs more than %s can ever hold.".formatted(names(policies))));
	}

	/**
	 * Answers a request that lacks a key: 400.
	 * @param exchange the request
	 * @param policies names of the limits whose key is missing
	 * @param sources what the request lacks
	 * @return completes at once
	 */
	public Mono<Void> missingKey(ServerWebExchange exchange, List<String> policies, List<String> sources) {
		return answer(exchange, Problem.unacceptable(HttpStatus.BAD_REQUEST, policies,
				"The request lacks %s, by which %s counts.".formatted(String.join(" and ", sources), names(policies))));
	}

	/**
	 * Answers a request that limits rejected: 429, with the time after which the same
	 * request would be admitted; 503 where another gateway replaced this one.
	 * @param exchange the request
	 * @param decisions its decisions, at least one of them rejected
	 * @param state how much of the fleet this member hears
	 * @return completes at once
	 */
	public Mono<Void> tooManyRequests(ServerWebExchange exchange, List<Decision> decisions, FleetState state) {
		if (state == FleetState.REPLACED) {
			return replaced(exchange);
		}
		List<Quota> violated = Quota.of(decisions).stream().filter(Quota::violated).toList();
		List<String> policies = violated.stream().map(Quota::policy).toList();
		long seconds = Math.max(1, violated.stream().mapToLong(Quota::delay).max().orElse(1));
		String retry = retry(seconds);
		return answer(exchange,
				isReduced(decisions, state) ? Problem.temporaryReducedCapacity(policies,
						"%s by %s for now. %s".formatted(why(decisions, state), names(policies), retry), seconds)
						: Problem.quotaExceeded(policies,
								"The request exceeds %s. %s".formatted(names(policies), retry), seconds));
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
	 * @return completes at once
	 */
	public Mono<Void> slowUpstream(ServerWebExchange exchange, Duration untilProbe) {
		long seconds = RetryAfter.seconds(untilProbe);
		return answer(exchange, Problem.temporaryReducedCapacity(List.of(),
				"The service is too slow to take more for now. " + retry(seconds), seconds));
	}

	private static String retry(long seconds) {
		return "Try again in %d second%s.".formatted(seconds, (seconds != 1) ? "s" : "");
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
		return decisions.stream().anyMatch((decision) -> decision.reason() == reason);
	}

	private static String names(List<String> policies) {
		return ((policies.size() == 1) ? "the limit " : "the limits ")
				+ policies.stream().map((policy) -> "'" + policy + "'").collect(Collectors.joining(" and "));
	}

	private Mono<Void> answer(ServerWebExchange exchange, Problem problem) {
		exchange.getResponse().setStatusCode(problem.status());
		exchange.getAttributes().put(PENDING, problem);
		return Mono.empty();
	}

}
