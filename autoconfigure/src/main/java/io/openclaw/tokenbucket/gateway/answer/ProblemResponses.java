package io.openclaw.tokenbucket.gateway.answer;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Collectors;

import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

import org.springframework.core.io.buffer.DataBuffer;
import org.springframework.http.CacheControl;
import org.springframework.http.HttpHeaders;
import org.springframework.http.MediaType;
import org.springframework.http.server.reactive.ServerHttpResponse;
import org.springframework.web.server.ServerWebExchange;

import io.openclaw.tokenbucket.limiter.Decision;
import io.openclaw.tokenbucket.limiter.FleetState;
import io.openclaw.tokenbucket.limiter.Reason;

/**
 * Answers requests that are not routed. Immutable.
 */
public final class ProblemResponses {

	/**
	 * Answers a request that costs more than a bucket can hold: 400.
	 * @param exchange the request
	 * @param decisions its decisions, at least one for the reason
	 * {@link Reason#COST_ABOVE_CAPACITY}
	 * @return completes when the response is written
	 */
	public Mono<Void> costAboveCapacity(ServerWebExchange exchange, List<Decision> decisions) {
		List<String> policies = decisions.stream()
			.filter((decision) -> decision.reason() == Reason.COST_ABOVE_CAPACITY)
			.map((decision) -> decision.limit().name())
			.toList();
		return write(exchange, Problem.badRequest(policies,
				"The request costs more than %s can ever hold.".formatted(names(policies))));
	}

	/**
	 * Answers a request that lacks a key: 400.
	 * @param exchange the request
	 * @param policies names of the limits whose key is missing
	 * @param sources what the request lacks
	 * @return completes when the response is written
	 */
	public Mono<Void> missingKey(ServerWebExchange exchange, List<String> policies, List<String> sources) {
		return write(exchange, Problem.badRequest(policies,
				"The request lacks %s, by which %s counts.".formatted(String.join(" and ", sources), names(policies))));
	}

	/**
	 * Answers a request that limits rejected: 429, with the time after which the same
	 * request would be admitted.
	 * @param exchange the request
	 * @param decisions its decisions, at least one of them rejected
	 * @param state how much of the fleet this member hears
	 * @return completes when the response is written
	 */
	public Mono<Void> tooManyRequests(ServerWebExchange exchange, List<Decision> decisions, FleetState state) {
		List<Quota> violated = Quota.of(decisions).stream().filter(Quota::violated).toList();
		List<String> policies = violated.stream().map(Quota::policy).toList();
		long seconds = Math.max(1, violated.stream().mapToLong(Quota::delay).max().orElse(1));
		exchange.getResponse().getHeaders().set(HttpHeaders.RETRY_AFTER, Long.toString(seconds));
		String retry = "Try again in %d second%s.".formatted(seconds, (seconds != 1) ? "s" : "");
		return write(exchange, isReduced(decisions, state)
				? Problem.temporaryReducedCapacity(policies,
						"The gateways cannot hear each other and admit less by %s for now. %s"
							.formatted(names(policies), retry))
				: Problem.quotaExceeded(policies, "The request exceeds %s. %s".formatted(names(policies), retry)));
	}

	private static boolean isReduced(List<Decision> decisions, FleetState state) {
		return state == FleetState.DEGRADED || state == FleetState.ISOLATED
				|| decisions.stream().anyMatch((decision) -> decision.reason() == Reason.REDUCED_CAPACITY);
	}

	private static String names(List<String> policies) {
		return ((policies.size() == 1) ? "the limit " : "the limits ")
				+ policies.stream().map((policy) -> "'" + policy + "'").collect(Collectors.joining(" and "));
	}

	private Mono<Void> write(ServerWebExchange exchange, Problem problem) {
		ServerHttpResponse response = exchange.getResponse();
		byte[] body = problem.toJson().getBytes(StandardCharsets.UTF_8);
		response.setStatusCode(problem.status());
		HttpHeaders headers = response.getHeaders();
		headers.setContentType(MediaType.APPLICATION_PROBLEM_JSON);
		headers.setContentLength(body.length);
		headers.setCacheControl(CacheControl.noStore());
		DataBuffer buffer = response.bufferFactory().wrap(body);
		// An answer from within the event loop's own read, right after one that was
		// routed,
		// can leave the connection unread: reactor/reactor-netty#4361.
		return response.writeWith(Mono.just(buffer)).subscribeOn(Schedulers.parallel());
	}

}
