package io.openclaw.tokenbucket.gateway;

import java.util.Map;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Mono;

import org.springframework.cloud.gateway.route.Route;
import org.springframework.cloud.gateway.support.ServerWebExchangeUtils;
import org.springframework.mock.http.server.reactive.MockServerHttpRequest;
import org.springframework.mock.web.server.MockServerWebExchange;

import io.openclaw.tokenbucket.gateway.address.ClientAddresses;
import io.openclaw.tokenbucket.gateway.address.TrustedProxies;
import io.openclaw.tokenbucket.gateway.key.BucketNames;
import io.openclaw.tokenbucket.gateway.key.KeyIds;
import io.openclaw.tokenbucket.gateway.key.RequestKeyParser;
import io.openclaw.tokenbucket.gateway.plan.PlanCounts;

import static org.assertj.core.api.Assertions.assertThat;

class RequestLimitTests {

	private static final Overrides GOLD = new Overrides(Map.of("alice", "rating.gold"));

	@Test
	void aCallerHasOneBucketOnAllRoutesWhereTheyShareIt() {
		RequestLimit limit = limit(Scope.SHARED, GOLD);
		assertThat(bucket(limit, "bob", "east")).isEqualTo(new CallerBucket("rating", "bob"));
		assertThat(bucket(limit, "alice", "east")).isEqualTo(new CallerBucket("rating.gold", "alice"));
	}

	@Test
	void aCallerHasABucketForEachRouteWhereTheyDoNotShare() {
		RequestLimit limit = limit(Scope.ROUTE, GOLD);
		assertThat(bucket(limit, "bob", "east")).isEqualTo(new CallerBucket("rating", "east~bob"));
		assertThat(bucket(limit, "alice", "west")).isEqualTo(new CallerBucket("rating.gold", "west~alice"));
		assertThat(bucket(limit, null, "west")).isEqualTo(new CallerBucket("rating", "west~~keyless"));
		assertThat(bucket(limit, "bob", null)).isEqualTo(new CallerBucket("rating", "bob"));
	}

	@Test
	void noKeyOfARouteIsThatOfAnother() {
		RequestLimit limit = limit(Scope.ROUTE, Overrides.NONE);
		assertThat(bucket(limit, "b~c", "a")).isNotEqualTo(bucket(limit, "c", "a~b"));
		assertThat(bucket(limit, "c", "a%7Eb")).isNotEqualTo(bucket(limit, "c", "a~b"));
	}

	@Test
	void coversItselfAndItsOverrides() {
		RequestLimit limit = limit(Scope.SHARED, GOLD);
		assertThat(limit.covers("rating")).isTrue();
		assertThat(limit.covers("rating.gold")).isTrue();
		assertThat(limit.covers("rating.silver")).isFalse();
	}

	private static RequestLimit limit(Scope scope, Overrides overrides) {
		return new RequestLimit("rating",
				new RequestKeyParser(Map.of(), new ClientAddresses(TrustedProxies.NONE)).parse("header:X-Tenant"),
				(exchange) -> Mono.just(1L), MissingKeyPolicy.SHARED, new BucketNames(new KeyIds(null), false), scope,
				new Plans("rating", Map.of("gold", "rating.gold"), overrides, (plan) -> Map.of(), new PlanLists(), null,
						new PlanCounts()),
				null);
	}

	private static CallerBucket bucket(RequestLimit limit, @Nullable String key, @Nullable String route) {
		MockServerHttpRequest.BaseBuilder<?> request = MockServerHttpRequest.get("/");
		if (key != null) {
			request.header("X-Tenant", key);
		}
		MockServerWebExchange exchange = MockServerWebExchange.from(request);
		if (route != null) {
			exchange.getAttributes()
				.put(ServerWebExchangeUtils.GATEWAY_ROUTE_ATTR,
						Route.async().id(route).uri("http://127.0.0.1:1").predicate((any) -> true).build());
		}
		return limit.bucketOf(exchange).block();
	}

}
