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
import org.springframework.web.util.pattern.PathPattern;
import org.springframework.web.util.pattern.PathPatternParser;

/**
 * Lets only those change anything through actuator endpoints who send the key of
 * {@code OPENCLAW_API_KEY} as {@code X-API-Key}; nobody, where no key is set. Immutable.
 */
@Component
class ActuatorWriteGuard implements WebFilter {

	private final byte[] key;

	private final PathPattern actuator;

	ActuatorWriteGuard(@Value("${OPENCLAW_API_KEY:}") String key,
			@Value("${management.endpoints.web.base-path:/actuator}") String basePath) {
		this.actuator = PathPatternParser.defaultInstance.parse(basePath + "/**");
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

	// The path as the endpoints' own mapping reads it, decoded: /%61ctuator is /actuator.
	private boolean isWrite(ServerWebExchange exchange) {
		HttpMethod method = exchange.getRequest().getMethod();
		return this.actuator.matches(exchange.getRequest().getPath().pathWithinApplication())
				&& method != HttpMethod.GET && method != HttpMethod.HEAD && method != HttpMethod.OPTIONS;
	}

	private boolean isAllowed(ServerWebExchange exchange) {
		String sent = exchange.getRequest().getHeaders().getFirst("X-API-Key");
		return this.key.length > 0 && sent != null
				&& MessageDigest.isEqual(this.key, sent.getBytes(StandardCharsets.UTF_8));
	}

}
