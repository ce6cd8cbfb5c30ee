package io.openclaw.tokenbucket.benchmark.gateway;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

import io.github.bucket4j.Bucket;
import io.github.bucket4j.ConsumptionProbe;
import reactor.core.publisher.Mono;

import org.springframework.cloud.gateway.filter.GatewayFilter;
import org.springframework.cloud.gateway.filter.GatewayFilterChain;
import org.springframework.cloud.gateway.filter.factory.AbstractGatewayFilterFactory;
import org.springframework.http.HttpStatus;
import org.springframework.http.server.reactive.ServerHttpResponse;
import org.springframework.web.server.ServerWebExchange;

/**
 * Bucket4j in memory as a team would write it: one bucket a key, the usual headers, an
 * empty answer.
 */
public final class Bucket4jGatewayFilterFactory
		extends AbstractGatewayFilterFactory<Bucket4jGatewayFilterFactory.Config> {

	/** Creates the factory. */
	public Bucket4jGatewayFilterFactory() {
		super(Config.class);
	}

	@Override
	public GatewayFilter apply(Config config) {
		Map<String, Bucket> buckets = new ConcurrentHashMap<>();
		return (exchange, chain) -> {
			Bucket bucket = buckets.computeIfAbsent(exchange.getRequest().getHeaders().getFirst("X-API-Key"),
					(key) -> config.bucket());
			return answer(bucket.tryConsumeAndReturnRemaining(1), exchange, chain);
		};
	}

	private static Mono<Void> answer(ConsumptionProbe probe, ServerWebExchange exchange, GatewayFilterChain chain) {
		ServerHttpResponse response = exchange.getResponse();
		response.getHeaders().set("X-RateLimit-Remaining", Long.toString(probe.getRemainingTokens()));
		if (probe.isConsumed()) {
			return chain.filter(exchange);
		}
		response.setStatusCode(HttpStatus.TOO_MANY_REQUESTS);
		return response.setComplete();
	}

	/** Arguments of the filter. */
	public static final class Config {

		private long capacity;

		private Duration period = Duration.ofSeconds(1);

		public void setCapacity(long capacity) {
			this.capacity = capacity;
		}

		public void setPeriod(Duration period) {
			this.period = period;
		}

		private Bucket bucket() {
			return Bucket.builder()
				.addLimit((limit) -> limit.capacity(this.capacity).refillGreedy(this.capacity, this.period))
				.build();
		}

	}

}
