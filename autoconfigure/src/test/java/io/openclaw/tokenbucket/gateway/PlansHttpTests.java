package io.openclaw.tokenbucket.gateway;

import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.http.HttpStatusCode;
import org.springframework.security.authentication.TestingAuthenticationToken;
import org.springframework.security.core.Authentication;
import org.springframework.security.oauth2.core.ClaimAccessor;
import org.springframework.security.oauth2.core.DefaultOAuth2AuthenticatedPrincipal;
import org.springframework.test.context.TestPropertySource;
import org.springframework.test.web.reactive.server.WebTestClient.ResponseSpec;
import org.springframework.web.reactive.function.client.WebClient;
import org.springframework.web.server.ServerWebExchange;
import org.springframework.web.server.WebFilter;

import io.openclaw.tokenbucket.gateway.plan.PlanCounts;
import io.openclaw.tokenbucket.gateway.plan.PlanResolver;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Plans that a header, the login or a resolver says, over HTTP.
 */
@TestPropertySource(properties = "spring.config.name=gateway-plans")
class PlansHttpTests extends GatewayOverHttp {

	private static final AtomicInteger calls = new AtomicInteger();

	@Autowired
	PlanCounts counts;

	final String user = "user-" + UUID.randomUUID();

	@Test
	void aHeaderSaysThePlan() {
		get("/by-header", this.user, "X-Plan", "gold").expectHeader()
			.valueMatches("RateLimit-Policy", gold("by-header"));
		get("/by-header", this.user + "2", "X-Plan", "silver").expectHeader()
			.valueMatches("RateLimit-Policy", "\"by-header.silver\";q=3;.*");
		get("/by-header", this.user + "3").expectHeader().valueMatches("RateLimit-Policy", "\"by-header\";q=2;.*");
	}

	@ParameterizedTest
	@ValueSource(strings = { "platinum", "gold,gold", "by-header.gold", "GOLD" })
	void aPlanThatThereIsNotIsTheLimitItselfAndCounted(String plan) {
		long before = this.counts.unknown();
		get("/by-header", this.user, "X-Plan", plan).expectStatus()
			.isOk()
			.expectHeader()
			.valueMatches("RateLimit-Policy", "\"by-header\";q=2;.*");
		assertThat(this.counts.unknown()).isEqualTo(before + 1);
	}

	@Test
	void aListedKeyHasItsPlanWhateverTheHeaderSays() {
		get("/by-header", "vip", "X-Plan", "silver").expectHeader()
			.valueMatches("RateLimit-Policy", "\"by-header.listed\";q=9;.*");
	}

	@Test
	void whoAlternatesBetweenPlansHasNoMoreThanTheLargest() {
		int admitted = 0;
		for (int i = 0; i < 12; i++) {
			admitted += isAdmitted(get("/by-header", this.user, "X-Plan", List.of("silver", "gold", "none").get(i % 3)))
					? 1 : 0;
		}
		assertThat(admitted).isEqualTo(5);
		get("/by-header", this.user, "X-Plan", "gold").expectStatus().isEqualTo(429);
		get("/by-header", this.user).expectStatus().isEqualTo(429);
	}

	@Test
	void whatWasSpentUnderALargePlanIsMissingUnderASmallOne() {
		get("/by-header", this.user, "X-Plan", "gold").expectStatus().isOk();
		get("/by-header", this.user).expectHeader().valueMatches("RateLimit", "\"by-header\";r=0;.*");
	}

	@Test
	void aClaimSaysThePlan() {
		get("/by-claim", this.user, "X-Login", "jwt").expectHeader().valueMatches("RateLimit-Policy", gold("by-claim"));
		get("/by-claim", this.user + "2", "X-Login", "opaque").expectHeader()
			.valueMatches("RateLimit-Policy", gold("by-claim"));
		get("/by-claim", this.user + "3", "X-Login", "authority").expectHeader()
			.valueMatches("RateLimit-Policy", "\"by-claim\";q=2;.*");
		get("/by-claim", this.user + "4").expectHeader().valueMatches("RateLimit-Policy", "\"by-claim\";q=2;.*");
	}

	@Test
	void anAuthoritySaysThePlan() {
		get("/by-authority", this.user, "X-Login", "authority").expectHeader()
			.valueMatches("RateLimit-Policy", gold("by-authority"));
		get("/by-authority", this.user + "2", "X-Login", "jwt").expectHeader()
			.valueMatches("RateLimit-Policy", "\"by-authority\";q=2;.*");
	}

	@Test
	void aResolverIsAskedOnceForManyRequestsOfOneCaller() {
		calls.set(0);
		WebClient many = WebClient.create("http://127.0.0.1:" + this.port);
		List<HttpStatusCode> answers = Flux.range(0, 20)
			.flatMap(
					(i) -> many.get()
						.uri("/resolved")
						.header("X-User", "gold-" + this.user)
						.exchangeToMono((response) -> response.toBodilessEntity().thenReturn(response.statusCode())),
					20)
			.collectList()
			.block();
		assertThat(answers).hasSize(20).filteredOn(HttpStatusCode::is2xxSuccessful).hasSize(5);
		assertThat(calls).hasValue(1);
	}

	@ParameterizedTest
	@ValueSource(strings = { "slow-", "broken-", "throwing-" })
	void aResolverThatFailsCostsNoRequestAndIsCounted(String kind) {
		long before = this.counts.failed();
		get("/resolved", kind + this.user).expectStatus()
			.isOk()
			.expectHeader()
			.valueMatches("RateLimit-Policy", "\"resolved\";q=2;.*");
		assertThat(this.counts.failed()).isEqualTo(before + 1);
	}

	@Test
	void whoHasNoPlanIsNotAskedForAgain() {
		calls.set(0);
		get("/resolved", this.user).expectStatus().isOk();
		get("/resolved", this.user).expectStatus().isOk();
		get("/resolved", this.user).expectStatus().isEqualTo(429);
		assertThat(calls).hasValue(1);
	}

	@Test
	void theEndpointExplainsWhichPlanAndWhy() {
		String gold = "gold-" + this.user;
		get("/resolved", gold).expectStatus().isOk();
		get("/by-header", gold, "X-Plan", "gold").expectStatus().isOk();
		this.client.get()
			.uri("/actuator/tokenbuckets/explain?key=" + gold)
			.exchange()
			.expectBody()
			.jsonPath("$.limits[?(@.plan=='resolved.gold')].planFrom")
			.isEqualTo("planService says 'gold'")
			.jsonPath("$.limits[?(@.plan=='by-header.gold')].planFrom")
			.isEqualTo("requests for which the header X-Plan says 'gold'")
			.jsonPath("$.limits[?(@.plan=='by-header.gold')].verdict")
			.isEqualTo("admits")
			.jsonPath("$.limits[?(@.plan=='by-header')].planFrom")
			.isEqualTo("requests for which the header X-Plan names no plan of the limit");
		this.client.get()
			.uri("/actuator/tokenbuckets/explain?key=vip")
			.exchange()
			.expectBody()
			.jsonPath("$.limits[?(@.plan=='by-header.listed')].planFrom")
			.isEqualTo("the key is listed in overrides");
	}

	private static boolean isAdmitted(ResponseSpec answer) {
		return answer.returnResult(Void.class).getStatus().is2xxSuccessful();
	}

	private static String gold(String limit) {
		return "\"%s.gold\";q=5;.*".formatted(limit);
	}

	private ResponseSpec get(String path, String userName, String... headers) {
		return this.client.get().uri(path).headers((all) -> {
			all.set("X-User", userName);
			for (int i = 0; i < headers.length; i += 2) {
				all.set(headers[i], headers[i + 1]);
			}
		}).exchange();
	}

	@SpringBootConfiguration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class Gateway {

		@Bean
		PlanResolver planService() {
			return (key) -> {
				calls.incrementAndGet();
				return switch (key.substring(0, key.indexOf('-'))) {
					case "gold" -> Mono.just("gold");
					case "slow" -> Mono.never();
					case "broken" -> Mono.error(new IllegalStateException("no database"));
					case "throwing" -> throw new IllegalStateException("no database at all");
					default -> Mono.empty();
				};
			};
		}

		@Bean
		WebFilter login() {
			return (exchange, chain) -> {
				Authentication login = loginOf(exchange);
				return chain.filter((login == null) ? exchange : exchange.mutate().principal(Mono.just(login)).build());
			};
		}

		private static @Nullable Authentication loginOf(ServerWebExchange exchange) {
			Map<String, Object> claims = Map.of("sub", "ann", "tier", "gold");
			return switch (String.valueOf(exchange.getRequest().getHeaders().getFirst("X-Login"))) {
				case "jwt" -> new TestingAuthenticationToken((ClaimAccessor) () -> claims, "token");
				case "opaque" -> new TestingAuthenticationToken(
						new DefaultOAuth2AuthenticatedPrincipal("ann", claims, List.of()), "token");
				case "authority" ->
					new TestingAuthenticationToken("ann", "token", "ROLE_USER", "PLAN_none", "PLAN_gold");
				default -> null;
			};
		}

	}

}
