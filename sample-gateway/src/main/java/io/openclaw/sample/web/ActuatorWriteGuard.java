package io.openclaw.sample.web;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

import org.springframework.beans.factory.BeanFactoryUtils;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.webflux.actuate.endpoint.web.AbstractWebFluxEndpointHandlerMapping;
import org.springframework.context.ApplicationContext;
import org.springframework.core.Ordered;
import org.springframework.http.HttpMethod;
import org.springframework.http.HttpStatus;
import org.springframework.stereotype.Component;
import org.springframework.web.reactive.HandlerMapping;
import org.springframework.web.server.ServerWebExchange;
import org.springframework.web.server.WebHandler;

/**
 * Lets only those change anything through actuator endpoints who send the key of
 * {@code OPENCLAW_API_KEY} as {@code X-API-Key}; nobody, where no key is set. What is an
 * endpoint is asked of the endpoints' own mappings, so that it depends neither on the
 * spelling of a URL nor on where endpoints are configured to be. A handler mapping and no
 * filter, so that it also sees what a {@code forward:} route leads to. Thread-safe.
 */
@Component
class ActuatorWriteGuard implements HandlerMapping, Ordered {

	private static final Set<HttpMethod> READS = Set.of(HttpMethod.GET, HttpMethod.HEAD, HttpMethod.OPTIONS);

	private final Map<ApplicationContext, List<HandlerMapping>> endpoints = new ConcurrentHashMap<>();

	private final ApplicationContext context;

	private final byte[] key;

	private final WebHandler refusal;

	ActuatorWriteGuard(ApplicationContext context, @Value("${OPENCLAW_API_KEY:}") String key) {
		this.context = context;
		this.key = key.strip().getBytes(StandardCharsets.UTF_8);
		this.refusal = (exchange) -> {
			exchange.getResponse()
				.setStatusCode((this.key.length > 0) ? HttpStatus.UNAUTHORIZED : HttpStatus.FORBIDDEN);
			return exchange.getResponse().setComplete();
		};
	}

	@Override
	public int getOrder() {
		return HIGHEST_PRECEDENCE;
	}

	@Override
	public Mono<Object> getHandler(ServerWebExchange exchange) {
		if (READS.contains(exchange.getRequest().getMethod()) || isAllowed(exchange)) {
			return Mono.empty();
		}
		return Flux.fromIterable(endpoints(exchange))
			.concatMap((mapping) -> mapping.getHandler(exchange))
			.next()
			// A path of theirs with a method or content that they do not know: in doubt,
			// no.
			.onErrorReturn(this.refusal)
			.map((endpoint) -> this.refusal);
	}

	// The management port has a context, and so mappings, of its own.
	private List<HandlerMapping> endpoints(ServerWebExchange exchange) {
		ApplicationContext server = Objects.requireNonNullElse(exchange.getApplicationContext(), this.context);
		return this.endpoints.computeIfAbsent(server,
				(asked) -> BeanFactoryUtils.beansOfTypeIncludingAncestors(asked, HandlerMapping.class)
					.values()
					.stream()
					.filter(ActuatorWriteGuard::isOfEndpoints)
					.toList());
	}

	// Spring Cloud Gateway's own endpoint still is a controller.
	@SuppressWarnings("removal")
	private static boolean isOfEndpoints(HandlerMapping mapping) {
		return mapping instanceof AbstractWebFluxEndpointHandlerMapping
				|| mapping instanceof org.springframework.boot.webflux.actuate.endpoint.web.ControllerEndpointHandlerMapping;
	}

	private boolean isAllowed(ServerWebExchange exchange) {
		List<String> sent = exchange.getRequest().getHeaders().getOrEmpty("X-API-Key");
		return this.key.length > 0 && sent.size() == 1
				&& MessageDigest.isEqual(this.key, sent.get(0).getBytes(StandardCharsets.UTF_8));
	}

}
