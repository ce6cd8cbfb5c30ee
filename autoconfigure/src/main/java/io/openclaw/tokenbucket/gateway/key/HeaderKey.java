package io.openclaw.tokenbucket.gateway.key;

import java.util.List;

import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

import org.springframework.web.server.ServerWebExchange;

/**
 * The value of a request header. A header that comes with several values is ambiguous.
 * Proxies may join several lines of a header with commas (RFC 9110, section 5.3), so an
 * API key with a comma is ambiguous as well. Other headers, such as {@code User-Agent},
 * have commas of their own.
 *
 * @param name the name of the header
 * @param isCredential whether the value is an API key
 */
record HeaderKey(String name, boolean isCredential) implements RequestKey {

	@Override
	public Mono<String> resolve(ServerWebExchange exchange) {
		List<String> values = HeaderValues.of(exchange.getRequest().getHeaders(), this.name);
		return (this.isCredential && isList(values)) ? Mono.error(() -> new AmbiguousKeyException(source()))
				: SingleValue.of(values, this);
	}

	private static boolean isList(@Nullable List<String> values) {
		return values != null && values.size() == 1 && values.get(0).indexOf(',') >= 0;
	}

	@Override
	public String source() {
		return "a single value in the header " + this.name;
	}

}
