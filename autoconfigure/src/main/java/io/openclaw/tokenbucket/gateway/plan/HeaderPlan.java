package io.openclaw.tokenbucket.gateway.plan;

import java.util.List;

import reactor.core.publisher.Mono;

import org.springframework.web.server.ServerWebExchange;

/**
 * What a request header says. Somebody in front of the gateway must set or remove it: a
 * caller that can write it chooses its plan.
 *
 * @param name the name of the header
 */
record HeaderPlan(String name) implements PlanSource {

	// Several values together are the name of no plan.
	@Override
	public Mono<String> planOf(ServerWebExchange exchange, String key, String bucket) {
		List<String> values = exchange.getRequest().getHeaders().getOrEmpty(this.name);
		return values.isEmpty() ? Mono.empty() : Mono.just(String.join(",", values).strip());
	}

	@Override
	public String description() {
		return "the header " + this.name;
	}

}
