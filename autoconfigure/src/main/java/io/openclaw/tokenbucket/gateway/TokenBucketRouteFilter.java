package io.openclaw.tokenbucket.gateway;

import java.util.List;

import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

import org.springframework.cloud.gateway.filter.GatewayFilter;
import org.springframework.cloud.gateway.filter.GatewayFilterChain;
import org.springframework.context.ApplicationContext;
import org.springframework.web.server.ServerWebExchange;

/**
 * The filter of a route in Java, where there is no application to ask yet. Thread-safe.
 */
public final class TokenBucketRouteFilter implements LimitingFilter {

	private final List<String> limits;

	private volatile @Nullable GatewayFilter filter;

	TokenBucketRouteFilter(List<String> limits) {
		this.limits = List.copyOf(limits);
	}

	@Override
	public List<String> limits() {
		return this.limits;
	}

	@Override
	public Mono<Void> filter(ServerWebExchange exchange, GatewayFilterChain chain) {
		GatewayFilter created = this.filter;
		if (created == null) {
			created = create(exchange.getApplicationContext());
			this.filter = created;
		}
		return created.filter(exchange, chain);
	}

	private GatewayFilter create(@Nullable ApplicationContext application) {
		if (application == null) {
			throw new IllegalStateException("The filter TokenBucket needs a request of an application");
		}
		return application.getBean(TokenBucketGatewayFilterFactory.class)
			.apply((config) -> config.setLimits(this.limits));
	}

	@Override
	public String toString() {
		return "[TokenBucket limits = " + this.limits + "]";
	}

}
