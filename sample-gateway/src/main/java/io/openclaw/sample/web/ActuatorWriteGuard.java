package io.openclaw.sample.web;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;

import reactor.core.publisher.Mono;

import org.springframework.beans.factory.annotation.Value;
import org.springframework.http.HttpMethod;
import org.springframework.http.HttpStatus;
import org.springframework.stereotype.Component;
import org.springframework.web.server.ServerWebExchange;
import org.springframework.web.server.WebFilter;
import org.springframework.web.server.WebFilterChain;

/**
 * Lets only those change anything through actuator endpoints who send the key of
 * {@code OPENCLAW_API_KEY} as {@code X-API-Key}; nobody, where no key is set. Immutable.
 */
@Component
class ActuatorWriteGuard implements WebFilter {

	private final byte[] key;

	ActuatorWriteGuard(@Value("${OPENCLAW_API_KEY:}") String key) {
		this.key = key.strip().getBytes(StandardCharsets.UTF_8);
	}

	@Override
	public Mono<Void> filter(ServerWebExchange exchange, WebFilterChain chain) {
		if (!isWrite(exchange) || isAllowed(exchange)) {
			return chain.filter(exchange);
		}
		exchange.getResponse().setStatusCode((this.key.length > 0) ? HttpStatus.UNAUTHORIZED : HttpStatus.FORBIDDEN);
		return exchange.getResponse().setComplete();
	}

	private static boolean isWrite(ServerWebExchange exchange) {
		HttpMethod method = exchange.getRequest().getMethod();
		return exchange.getRequest().getPath().value().startsWith("/actuator") && method != HttpMethod.GET
				&& method != HttpMethod.HEAD && method != HttpMethod.OPTIONS;
	}

	private boolean isAllowed(ServerWebExchange exchange) {
		String sent = exchange.getRequest().getHeaders().getFirst("X-API-Key");
		return this.key.length > 0 && sent != null
				&& MessageDigest.isEqual(this.key, sent.getBytes(StandardCharsets.UTF_8));
	}

}
