package io.openclaw.tokenbucket.benchmark.gateway;

import reactor.core.publisher.Mono;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.cloud.gateway.filter.ratelimit.KeyResolver;
import org.springframework.context.annotation.Bean;

/**
 * The gateway that {@link GatewayBenchmark} loads, in a process of its own. Every limiter
 * has a route whose bucket is never empty and one whose bucket is.
 */
@SpringBootConfiguration
@EnableAutoConfiguration
public class GatewayUnderLoad {

	/**
	 * Starts the gateway.
	 * @param arguments its properties
	 */
	public static void main(String[] arguments) {
		System.setProperty("spring.config.name", "gateway-benchmark");
		SpringApplication.run(GatewayUnderLoad.class, arguments);
	}

	@Bean
	KeyResolver apiKeyResolver() {
		return (exchange) -> Mono.justOrEmpty(exchange.getRequest().getHeaders().getFirst("X-API-Key"));
	}

	@Bean
	Bucket4jGatewayFilterFactory bucket4jGatewayFilterFactory() {
		return new Bucket4jGatewayFilterFactory();
	}

}
