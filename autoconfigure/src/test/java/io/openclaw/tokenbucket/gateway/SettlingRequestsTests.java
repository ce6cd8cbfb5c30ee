package io.openclaw.tokenbucket.gateway;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.publisher.Mono;
import reactor.test.StepVerifier;

import org.springframework.cloud.gateway.filter.GatewayFilterChain;
import org.springframework.cloud.gateway.route.Route;
import org.springframework.cloud.gateway.support.ServerWebExchangeUtils;
import org.springframework.mock.http.server.reactive.MockServerHttpRequest;
import org.springframework.mock.web.server.MockServerWebExchange;
import org.springframework.web.server.ServerWebExchange;

import io.openclaw.tokenbucket.gateway.address.ClientAddresses;
import io.openclaw.tokenbucket.gateway.address.TrustedProxies;
import io.openclaw.tokenbucket.gateway.key.BucketNames;
import io.openclaw.tokenbucket.gateway.key.KeyIds;
import io.openclaw.tokenbucket.gateway.key.RequestKeyParser;
import io.openclaw.tokenbucket.limiter.Fleets;
import io.openclaw.tokenbucket.limiter.decision.Decision;
import io.openclaw.tokenbucket.limiter.decision.Outcome;
import io.openclaw.tokenbucket.limiter.decision.Reason;
import io.openclaw.tokenbucket.limiter.decision.Settlement;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.verify;

/**
 * Tests for {@link SettlingRequests}.
 */
class SettlingRequestsTests {

	private final SettlingRequests settling = new SettlingRequests(
			new RequestLimits(List.of(limit("fixed", null), limit("settled", "header:X-Tokens-Used"))),
			(routeId) -> false);

	private final AtomicReference<ServerWebExchange> handled = new AtomicReference<>();

	@Test
	void aRequestWithoutALimitToSettleIsHandledAsItIs() {
		ServerWebExchange request = request("fixed");
		this.settling.settle(request, handler(Mono.empty())).block();
		assertThat(this.handled).hasValue(request);
		assertThat(request.getAttributes().keySet())
			.containsExactlyInAnyOrder(ServerWebExchangeUtils.GATEWAY_ROUTE_ATTR, ServerWebExchange.LOG_ID_ATTRIBUTE);
	}

	@Test
	void aRequestThatIsForwardedToAnotherRouteIsSettledOnce() {
		ServerWebExchange request = request("settled");
		this.settling.settle(request, (first) -> this.settling.settle(first, handler(Mono.empty()))).block();
		assertThat(this.handled.get().getResponse()).isInstanceOf(SettlingResponse.class);
		assertThat(((SettlingResponse) this.handled.get().getResponse()).getDelegate()).isSameAs(request.getResponse());
	}

	@Test
	void howItEndsIsPassedOn() {
		IllegalStateException failure = new IllegalStateException("by design");
		StepVerifier.create(this.settling.settle(request("settled"), handler(Mono.error(failure))))
			.verifyErrorMatches((error) -> error == failure);
		StepVerifier.create(this.settling.settle(request("settled"), handler(Mono.never())))
			.thenCancel()
			.verify(Duration.ofSeconds(5));
	}

	@ParameterizedTest
	@ValueSource(strings = { "completes", "fails", "is cancelled" })
	void aReservationIsSettledHoweverItEnds(String ending) {
		Settlement settlement = mock(Settlement.class);
		Mono<Void> end = switch (ending) {
			case "completes" -> Mono.empty();
			case "fails" -> Mono.error(new IllegalStateException("by design"));
			default -> Mono.never();
		};
		this.settling.settle(request("settled"), (exchange) -> {
			Decision admitted = new Decision(Outcome.ADMITTED, Reason.CREDIT, Fleets.limit(10, "1"), 0, 0, null);
			OpenSettlements.of(exchange)
				.add(admitted.settledBy(settlement),
						new ResponseCosts(Map.of()).parse("header:X-Tokens-Used", ErrorSettlement.KEEP, null));
			return end;
		}).onErrorComplete().subscribe().dispose();
		verify(settlement).refund();
	}

	private GatewayFilterChain handler(Mono<Void> end) {
		return (exchange) -> {
			this.handled.set(exchange);
			return end;
		};
	}

	private static ServerWebExchange request(String limit) {
		ServerWebExchange request = MockServerWebExchange.from(MockServerHttpRequest.get("/"));
		request.getAttributes()
			.put(ServerWebExchangeUtils.GATEWAY_ROUTE_ATTR,
					Route.async()
						.id("route")
						.uri("http://127.0.0.1:1")
						.predicate((any) -> true)
						.filter(new TokenBucketRouteFilter(List.of(limit)))
						.build());
		return request;
	}

	private static RequestLimit limit(String name, @Nullable String settle) {
		return new RequestLimit(name,
				new RequestKeyParser(Map.of(), new ClientAddresses(TrustedProxies.NONE)).parse("global"),
				(exchange) -> Mono.just(1L), MissingKeyPolicy.SHARED, new BucketNames(new KeyIds(null), false),
				Scope.SHARED, Plans.none(name),
				(settle != null) ? new ResponseCosts(Map.of()).parse(settle, ErrorSettlement.KEEP, null) : null);
	}

}
