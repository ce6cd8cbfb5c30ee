package io.openclaw.sample.web;

import java.net.URI;
import java.util.Map;

import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.actuate.autoconfigure.web.server.ManagementPortType;
import org.springframework.boot.actuate.endpoint.EndpointId;
import org.springframework.boot.actuate.endpoint.web.PathMappedEndpoints;
import org.springframework.cloud.gateway.filter.RouteToRequestUrlFilter;
import org.springframework.cloud.gateway.route.Route;
import org.springframework.cloud.gateway.route.RouteLocator;
import org.springframework.cloud.gateway.route.builder.RouteLocatorBuilder;
import org.springframework.cloud.gateway.support.ServerWebExchangeUtils;
import org.springframework.core.env.Environment;
import org.springframework.http.HttpStatus;
import org.springframework.stereotype.Component;
import org.springframework.web.server.ServerWebExchange;
import org.springframework.web.util.UriComponentsBuilder;

/**
 * Leads short paths to endpoints, wherever those are configured to be. On a port of their
 * own they are asked over HTTP, and the console, which is a page with files, is
 * redirected to. Immutable.
 */
@Component
class EndpointRoutes implements RouteLocator {

	private static final int WITH_URL = RouteToRequestUrlFilter.ROUTE_TO_URL_FILTER_ORDER + 1;

	private static final String CONSOLE = "console";

	private final RouteLocatorBuilder builder;

	// Among the endpoints is one that shows all routes.
	private final ObjectProvider<PathMappedEndpoints> endpoints;

	private final Environment environment;

	EndpointRoutes(RouteLocatorBuilder builder, ObjectProvider<PathMappedEndpoints> endpoints,
			Environment environment) {
		this.builder = builder;
		this.endpoints = endpoints;
		this.environment = environment;
	}

	@Override
	public Flux<Route> getRoutes() {
		return Flux.defer(() -> {
			RouteLocatorBuilder.Builder routes = this.builder.routes();
			add(routes, "metrics", "/metrics", pathOf("prometheus", ""));
			add(routes, CONSOLE, "/", pathOf(CONSOLE, ""));
			add(routes, "live", "/healthz", pathOf("health", "/liveness"));
			add(routes, "ready", "/ready", pathOf("health", "/readiness"));
			return routes.build().getRoutes();
		});
	}

	private @Nullable String pathOf(String endpoint, String below) {
		String path = this.endpoints.getObject().getPath(EndpointId.of(endpoint));
		return (path != null) ? path + below : null;
	}

	private void add(RouteLocatorBuilder.Builder routes, String id, String path, @Nullable String endpoint) {
		if (endpoint == null) {
			return;
		}
		if (ManagementPortType.get(this.environment) != ManagementPortType.DIFFERENT) {
			String base = this.environment.getProperty("spring.webflux.base-path", "");
			routes.route(id, (route) -> route.path(path).uri("forward:" + base + endpoint));
		}
		else if (id.equals(CONSOLE)) {
			routes.route(id,
					(route) -> route.path(path)
						.filters((filters) -> filters.filter((exchange, chain) -> redirect(exchange, endpoint)))
						.uri("no://op"));
		}
		else {
			routes.route(id, (route) -> route.path(path).filters((filters) -> filters.filter((exchange, chain) -> {
				exchange.getAttributes()
					.put(ServerWebExchangeUtils.GATEWAY_REQUEST_URL_ATTR,
							elsewhere(URI.create("http://127.0.0.1"), endpoint));
				return chain.filter(exchange);
			}, WITH_URL)).uri("http://127.0.0.1"));
		}
	}

	private Mono<Void> redirect(ServerWebExchange exchange, String endpoint) {
		exchange.getResponse().setStatusCode(HttpStatus.FOUND);
		exchange.getResponse().getHeaders().setLocation(elsewhere(exchange.getRequest().getURI(), endpoint));
		return exchange.getResponse().setComplete();
	}

	// The port is known once it is bound.
	private URI elsewhere(URI host, String endpoint) {
		Map<String, Object> port = Map.of("port", this.environment.getRequiredProperty("local.management.port"));
		return UriComponentsBuilder.fromUri(host)
			.port("{port}")
			.replacePath(this.environment.getProperty("management.server.base-path", "") + endpoint)
			.replaceQuery(null)
			.build(port);
	}

}
