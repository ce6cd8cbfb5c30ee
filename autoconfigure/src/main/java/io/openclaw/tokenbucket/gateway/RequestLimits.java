package io.openclaw.tokenbucket.gateway;

import java.util.Collection;
import java.util.Collections;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

import reactor.core.publisher.Mono;

import org.springframework.web.server.ServerWebExchange;

import io.openclaw.tokenbucket.gateway.key.AmbiguousKeyException;

/**
 * The limits that routes can name. Thread-safe.
 */
public final class RequestLimits {

	private volatile Map<String, RequestLimit> limits;

	private volatile Set<String> settling;

	/**
	 * Creates the set.
	 * @param limits the limits, each with a name of its own
	 */
	public RequestLimits(Collection<RequestLimit> limits) {
		Map<String, RequestLimit> byName = new TreeMap<>();
		limits.forEach((limit) -> byName.put(limit.name(), limit));
		this.limits = Collections.unmodifiableMap(byName);
		this.settling = settling(byName);
	}

	/**
	 * Takes over limits that are new or defined anew, for the next request.
	 * @param others the limits
	 */
	public synchronized void addAll(RequestLimits others) {
		Map<String, RequestLimit> byName = new TreeMap<>(this.limits);
		byName.putAll(others.limits);
		this.limits = Collections.unmodifiableMap(byName);
		this.settling = settling(byName);
	}

	private static Set<String> settling(Map<String, RequestLimit> limits) {
		return limits.values()
			.stream()
			.filter((limit) -> limit.settling() != null)
			.map(RequestLimit::name)
			.collect(Collectors.toUnmodifiableSet());
	}

	/**
	 * The limits whose requests are settled once their cost is known.
	 * @return names
	 */
	Set<String> settling() {
		return this.settling;
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
	 * All limits.
	 * @return the limits in the order of their names
	 */
	public Collection<RequestLimit> all() {
		return this.limits.values();
	}

	/**
	 * The names of all limits.
	 * @return the names in order
	 */
	public Set<String> names() {
		return this.limits.keySet();
	}

	/**
	 * Where the limiter keeps the caller's bucket of a limit, for those who want to look
	 * at it without spending.
	 * @param limit the name of the limit
	 * @param exchange the request
	 * @return the bucket; empty if the request has no key and none is shared; an
	 * {@link AmbiguousKeyException} if it has several
	 * @throws UnknownLimitException if there is no such limit
	 */
	public Mono<CallerBucket> bucketOf(String limit, ServerWebExchange exchange) {
		return get(limit).bucketOf(exchange);
	}

	/**
	 * The key under which the limiter knows a caller, where routes share buckets.
	 * @param limit the name of a limit of the limiter
	 * @param value the caller's key as it is in a request, or as people write it
	 * @return the key to ask the limiter for; the value where no limit here covers that
	 * limit
	 */
	public String bucketNameOf(String limit, String value) {
		return covering(limit).map((named) -> named.bucketNames().nameOfWritten(named.key(), value)).orElse(value);
	}

	/**
	 * The limit through which requests meet a limit of the limiter: itself, or the one
	 * that it overrides.
	 * @param limit the name of a limit of the limiter
	 * @return the limit that routes name, empty if none leads there
	 */
	public Optional<RequestLimit> covering(String limit) {
		return this.limits.values().stream().filter((named) -> named.covers(limit)).findFirst();
	}

	/**
	 * Whether ids stand for the keys of any limit.
	 * @return {@code true} if there is one
	 */
	public boolean hideKeys() {
		return this.limits.values().stream().anyMatch((limit) -> limit.bucketNames().hides(limit.key()));
	}

}
