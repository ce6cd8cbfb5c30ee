package io.openclaw.tokenbucket.gateway.key;

import reactor.core.publisher.Mono;

import org.springframework.web.server.ServerWebExchange;

/**
 * Finds the key of a request for one limit. Thread-safe.
 */
public interface RequestKey {

	/**
	 * Finds the key of a request.
	 * @param exchange the request
	 * @return the key, never empty text; an empty {@link Mono} if the request has none;
	 * an {@link AmbiguousKeyException} if it contains a single value more than once
	 */
	Mono<String> resolve(ServerWebExchange exchange);

	/**
	 * The name of the missing key, for messages.
	 * @return a noun phrase such as {@code the header X-API-Key}
	 */
	String source();

	/**
	 * Converts a written key to the form that requests have.
	 * @param text such as {@code 2001:db8::1}, where requests have {@code 2001:db8::/64}
	 * @return the key
	 * @throws IllegalArgumentException if no request can have it; the message shows the
	 * form of a key
	 */
	default String canonical(String text) {
		return text;
	}

	/**
	 * Whether the key is a credential, so that only its id may leave the request.
	 * @return {@code true} for API keys
	 */
	default boolean isCredential() {
		return false;
	}

	/**
	 * Whether a request without this key is unauthenticated.
	 * @return {@code true} for API keys and users
	 */
	default boolean authenticates() {
		return isCredential();
	}

}
