package io.openclaw.tokenbucket.gateway;

import java.util.Collection;
import java.util.Collections;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

import reactor.core.publisher.Mono;

import org.springframework.web.server.ServerWebExchange;

/**
 * The limits that routes can name. Immutable.
 */
public final class RequestLimits {

	private final Map<String, RequestLimit> limits;

	/**
	 * Creates the set.
	 * @param limits the limits, each with a name of its own
	 */
	public RequestLimits(Collection<RequestLimit> limits) {
		Map<String, RequestLimit> byName = new TreeMap<>();
		limits.forEach((limit) -> byName.put(limit.name(), limit));
		this.limits = Collections.unmodifiableMap(byName);
	}

	/**
	 * A limit.
	 * @param name its name
	 * @return the limit
	 * @throws UnknownLimitException if there is none of this name
	 */
	public RequestLimit get(String name) {
		RequestLimit limit = this.limits.get(name);
		if (limit == null) {
			throw new UnknownLimitException(name, names());
		}
		return limit;
	}

	/**
	 * The names of all limits.
	 * @return the names in order
	 */
	public Set<String> names() {
		return this.limits.keySet();
	}

	/**
	 * The name of the caller's bucket of a limit, for those who want to look at it
	 * without spending.
	 * @param limit the name of the limit
	 * @param exchange the request
	 * @return the key to ask the limiter for; empty if the request has no key and none is
	 * shared
	 * @throws UnknownLimitException if there is no such limit
	 */
	public Mono<String> bucketOf(String limit, ServerWebExchange exchange) {
		return get(limit).bucketOf(exchange);
	}

	/**
	 * The name of the bucket of a caller.
	 * @param limit the name of the limit
	 * @param value the caller's key as it is in a request, not empty
	 * @return the key to ask the limiter for
	 * @throws UnknownLimitException if there is no such limit
	 */
	public String bucketNameOf(String limit, String value) {
		RequestLimit named = get(limit);
		return named.bucketNames().nameOf(named.key(), value);
	}

	/**
	 * Whether ids stand for the keys of any limit.
	 * @return {@code true} if there is one
	 */
	public boolean hideKeys() {
		return this.limits.values().stream().anyMatch((limit) -> limit.bucketNames().hides(limit.key()));
	}

}
