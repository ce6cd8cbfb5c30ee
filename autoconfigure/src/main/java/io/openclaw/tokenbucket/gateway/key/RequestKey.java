package io.openclaw.tokenbucket.gateway.key;

import reactor.core.publisher.Mono;

import org.springframework.web.server.ServerWebExchange;

/**
 * Says who a request comes from, as far as one limit is concerned. Thread-safe.
 */
public interface RequestKey {

	/**
	 * Finds the key of a request.
	 * @param exchange the request
	 * @return the key, never empty text; an empty {@link Mono} if the request has none;
	 * an {@link AmbiguousKeyException} if it says more than once what should be there
	 * once
	 */
	Mono<String> resolve(ServerWebExchange exchange);

	/**
	 * What a request without a key lacks, for people.
	 * @return a noun phrase such as {@code the header X-API-Key}
	 */
	String source();

	/**
	 * A key that somebody wrote down, as requests have it.
	 * @param text such as {@code 2001:db8::1}, where requests have {@code 2001:db8::/64}
	 * @return the key
	 * @throws IllegalArgumentException if no request can have it; the message says what a
	 * key looks like
	 */
	default String canonical(String text) {
		return text;
	}

	/**
	 * Whether the key itself opens doors, so that only its id may leave the request.
	 * @return {@code true} for API keys
	 */
	default boolean isCredential() {
		return false;
	}

	/**
	 * Whether a request without a key has not said who sends it, rather than left out
	 * something else.
	 * @return {@code true} for API keys and users
	 */
	default boolean authenticates() {
		return isCredential();
	}

}
