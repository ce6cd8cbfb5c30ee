package io.openclaw.tokenbucket.gateway.key;

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
		Mono<String> value = SingleValue.of(HeaderValues.of(exchange.getRequest().getHeaders(), this.name), source());
		return this.isCredential ? value.map(this::requireNoList) : value;
	}

	private String requireNoList(String value) {
		if (value.indexOf(',') >= 0) {
			throw new AmbiguousKeyException(source());
		}
		return value;
	}

	@Override
	public String source() {
		return "a single value in the header " + this.name;
	}

}
