package io.openclaw.tokenbucket.gateway.key;

import java.util.Locale;
import java.util.Set;

import reactor.core.publisher.Mono;

import org.springframework.web.server.ServerWebExchange;

/**
 * The credentials in {@code Authorization} or {@code Proxy-Authorization}, however they
 * are written: one credential has one bucket.
 *
 * @param name the name of the header
 */
record AuthorizationKey(String name) implements RequestKey {

	private static final Set<String> HEADERS = Set.of("authorization", "proxy-authorization");

	static boolean isIn(String header) {
		return HEADERS.contains(header.toLowerCase(Locale.ROOT));
	}

	@Override
	public Mono<String> resolve(ServerWebExchange exchange) {
		return SingleValue.of(HeaderValues.of(exchange.getRequest().getHeaders(), this.name), this).map(this::parse);
	}

	private String parse(String value) {
		String canonical = Credentials.isOfOneRequest(value) ? null : Credentials.canonical(value);
		if (canonical == null) {
			throw new AmbiguousKeyException(source());
		}
		return canonical;
	}

	@Override
	public String source() {
		return "a single value in the header %s, the same in each request".formatted(this.name);
	}

	@Override
	public String canonical(String text) {
		String canonical = Credentials.canonical(text);
		if (canonical == null) {
			throw new IllegalArgumentException(
					"credentials look like Bearer <token>, and a request may send them only once");
		}
		return canonical;
	}

	@Override
	public boolean isCredential() {
		return true;
	}

}
