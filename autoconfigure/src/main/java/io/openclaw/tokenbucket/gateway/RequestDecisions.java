package io.openclaw.tokenbucket.gateway;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

import reactor.core.publisher.Mono;

import org.springframework.http.HttpHeaders;
import org.springframework.web.server.ServerWebExchange;

import io.openclaw.tokenbucket.gateway.answer.RateLimitHeaders;
import io.openclaw.tokenbucket.limiter.decision.Decision;

/**
 * Keeps the decisions about a request with it, and has them written in the headers of its
 * response. A request may pass filters more than once: a retry, a forward, or a limit of
 * the default filters that a route names again. It pays each limit only once, and its
 * response tells all its limits. Immutable.
 */
public final class RequestDecisions {

	private static final String ATTRIBUTE = RequestDecisions.class.getName();

	private final RateLimitHeaders headers;

	RequestDecisions(RateLimitHeaders headers) {
		this.headers = headers;
	}

	/**
	 * The decisions about a request.
	 * @param attributes of the request
	 * @return one for each limit that it met; none if it met none
	 */
	@SuppressWarnings("unchecked")
	public static List<Decision> in(Map<String, Object> attributes) {
		return (List<Decision>) attributes.getOrDefault(ATTRIBUTE, List.of());
	}

	/**
	 * Whether a request has paid.
	 * @param exchange the request
	 * @param limit the limit
	 * @return whether the limit has admitted it
	 */
	boolean hasPaid(ServerWebExchange exchange, RequestLimit limit) {
		for (Decision decision : decisions(exchange)) {
			if (decision.isAdmitted() && limit.covers(decision.limit().name())) {
				return true;
			}
		}
		return false;
	}

	/**
	 * Keeps decisions, admitted or rejected, and has them written as headers when the
	 * response is committed, after those of the upstream.
	 * @param exchange the request
	 * @param decisions final decisions
	 */
	void addToResponse(ServerWebExchange exchange, List<Decision> decisions) {
		List<Decision> earlier = decisions(exchange);
		exchange.getAttributes().put(ATTRIBUTE, append(earlier, decisions));
		if (earlier.isEmpty()) {
			HttpHeaders response = exchange.getResponse().getHeaders();
			exchange.getResponse()
				.beforeCommit(() -> Mono.fromRunnable(() -> this.headers.write(decisions(exchange), response)));
		}
	}

	private static List<Decision> append(List<Decision> earlier, List<Decision> decisions) {
		if (earlier.isEmpty()) {
			return decisions;
		}
		List<Decision> all = new ArrayList<>(earlier);
		decisions.forEach((decision) -> all.removeIf((old) -> old.limit().name().equals(decision.limit().name())));
		all.addAll(decisions);
		return List.copyOf(all);
	}

	private static List<Decision> decisions(ServerWebExchange exchange) {
		return in(exchange.getAttributes());
	}

}
