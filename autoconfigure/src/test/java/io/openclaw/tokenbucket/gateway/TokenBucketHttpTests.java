package io.openclaw.tokenbucket.gateway;

import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;

import org.junit.jupiter.api.Test;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.netty.http.client.HttpClient;
import reactor.netty.resources.ConnectionProvider;

import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.cloud.gateway.filter.ratelimit.KeyResolver;
import org.springframework.cloud.gateway.route.RouteLocator;
import org.springframework.cloud.gateway.route.builder.RouteLocatorBuilder;
import org.springframework.context.annotation.Bean;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpMethod;
import org.springframework.http.MediaType;
import org.springframework.test.context.TestPropertySource;
import org.springframework.test.web.reactive.server.EntityExchangeResult;
import org.springframework.test.web.reactive.server.WebTestClient;
import org.springframework.web.reactive.socket.WebSocketMessage;
import org.springframework.web.reactive.socket.client.ReactorNettyWebSocketClient;

import io.openclaw.tokenbucket.gateway.key.KeyIds;
import io.openclaw.tokenbucket.limiter.port.BucketStatus;

import static io.openclaw.tokenbucket.gateway.TokenBucketFilters.tokenBucket;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * A gateway, its clients and a service, over HTTP.
 */
@TestPropertySource(properties = "spring.config.name=gateway-http")
class TokenBucketHttpTests extends GatewayOverHttp {

	@Test
	void anAdmittedRequestIsRoutedAndToldWhatIsLeft() {
		get("/rating").expectStatus()
			.isOk()
			.expectHeader()
			.valueEquals("RateLimit-Policy", "\"rating\";q=2;w=200")
			.expectHeader()
			.valueEquals("RateLimit", "\"rating\";r=1;t=0")
			.expectHeader()
			.valueEquals("X-Upstream", "yes")
			.expectHeader()
			.doesNotExist("Retry-After")
			.expectBody(String.class)
			.isEqualTo("served");
	}

	@Test
	void aRejectedRequestIsAnsweredWithAProblemAndNeverReachesTheService() {
		get("/rating").expectStatus().isOk();
		get("/rating").expectStatus().isOk();
		int served = upstream.requests();
		EntityExchangeResult<byte[]> result = get("/rating").expectStatus()
			.isEqualTo(429)
			.expectHeader()
			.contentType(MediaType.APPLICATION_PROBLEM_JSON)
			.expectHeader()
			.valueEquals("Cache-Control", "no-store")
			.expectHeader()
			.valueEquals("Retry-After", "100")
			.expectHeader()
			.valueEquals("RateLimit-Policy", "\"rating\";q=2;w=200")
			.expectHeader()
			.valueEquals("RateLimit", "\"rating\";r=0;t=100")
			.expectHeader()
			.doesNotExist("X-Upstream")
			.expectBody()
			.jsonPath("$.type")
			.isEqualTo("https://iana.org/assignments/http-problem-types#quota-exceeded")
			.jsonPath("$.title")
			.isNotEmpty()
			.jsonPath("$.status")
			.isEqualTo(429)
			.jsonPath("$.violated-policies[0]")
			.isEqualTo("rating")
			.jsonPath("$.error")
			.isEqualTo("The request exceeds the limit 'rating'. Try again in 100 seconds.")
			.returnResult();
		assertThat(result.getResponseBody()).isNotEmpty();
		assertThat(upstream.requests()).isEqualTo(served);
	}

	// spring-cloud-gateway #3707
	@Test
	void everyRejectionSaysWhenToRetry() {
		get("/rating");
		get("/rating");
		for (int i = 0; i < 5; i++) {
			get("/rating").expectStatus().isEqualTo(429).expectHeader().valueMatches("Retry-After", "[1-9][0-9]*");
		}
	}

	// spring-cloud-gateway #1810
	@Test
	void theBodyOfARejectionIsNeverEmpty() {
		get("/rating");
		get("/rating");
		get("/rating").expectStatus()
			.isEqualTo(429)
			.expectBody(String.class)
			.value((body) -> assertThat(body).startsWith("{").contains("Try again in"));
	}

	@Test
	void theConnectionServesOnAfterARequestWithABodyWasRejected() {
		get("/rating");
		get("/rating");
		this.client.method(HttpMethod.POST)
			.uri("/rating")
			.header("X-API-Key", this.apiKey)
			.bodyValue("x".repeat(100_000))
			.exchange()
			.expectStatus()
			.isEqualTo(429);
		this.client.get()
			.uri("/rating")
			.header("X-API-Key", UUID.randomUUID().toString())
			.exchange()
			.expectStatus()
			.isOk();
	}

	@Test
	void aRejectedHeadRequestHasNoBody() {
		get("/rating");
		get("/rating");
		this.client.head()
			.uri("/rating")
			.header("X-API-Key", this.apiKey)
			.exchange()
			.expectStatus()
			.isEqualTo(429)
			.expectHeader()
			.exists("Retry-After")
			.expectBody()
			.isEmpty();
	}

	@Test
	void severalLimitsAreAllOrNothing() {
		get("/rating");
		get("/rating");
		long before = this.limiter.peek("wide", "global").level();
		get("/both").expectStatus()
			.isEqualTo(429)
			.expectHeader()
			.valueMatches("RateLimit", "\"wide\";r=\\d+;t=0, \"rating\";r=0;t=\\d+")
			.expectBody()
			.jsonPath("$.violated-policies.length()")
			.isEqualTo(1)
			.jsonPath("$.violated-policies[0]")
			.isEqualTo("rating");
		assertThat(this.limiter.peek("wide", "global").level()).isGreaterThanOrEqualTo(before);
	}

	@Test
	void limitsCanBeNamedInTheLongForm() {
		get("/long").expectStatus().isOk().expectHeader().valueMatches("RateLimit-Policy", "\"wide\".*, \"rating\".*");
	}

	@Test
	void routesCanBeWrittenInJava() {
		get("/java").expectStatus().isOk().expectHeader().valueMatches("RateLimit-Policy", "\"wide\".*, \"rating\".*");
		get("/java").expectStatus().isOk();
		get("/java").expectStatus().isEqualTo(429);
	}

	@Test
	void aRequestPaysALimitThatTwoFiltersNameOnce() {
		get("/twice").expectStatus()
			.isOk()
			.expectHeader()
			.valueMatches("RateLimit-Policy", "\"wide\";q=100;w=200, \"rating\";q=2;w=200")
			.expectHeader()
			.valueMatches("RateLimit", "\"wide\";r=\\d+;t=0, \"rating\";r=1;t=0");
	}

	@Test
	void aConnectionThatCarriesRejectionsBetweenRoutedRequestsIsReadOn() {
		HttpClient connection = HttpClient.create(ConnectionProvider.create("single", 1))
			.baseUrl("http://127.0.0.1:" + this.port)
			.headers((headers) -> headers.set("X-API-Key", this.apiKey));
		List<Integer> answers = Flux.range(0, 300)
			.concatMap((i) -> connection.get()
				.uri((i % 3 == 0) ? "/unlimited" : "/rating")
				.responseSingle((response, body) -> body.asString().thenReturn(response.status().code()))
				.timeout(Duration.ofSeconds(10)))
			.collectList()
			.block();
		assertThat(answers).hasSize(300).filteredOn((status) -> status == 429).hasSize(198);
	}

	@Test
	void aRequestThatIsRetriedPaysOnce() {
		upstream.failNext(1);
		int served = upstream.requests();
		get("/retried").expectStatus().isOk().expectHeader().valueEquals("RateLimit", "\"rating\";r=1;t=0");
		assertThat(upstream.requests()).isEqualTo(served + 2);
	}

	// spring-cloud-gateway #2530
	@Test
	void retryDoesNotTouchACommittedResponse() {
		get("/retried-outside").expectStatus().isOk();
		get("/retried-outside").expectStatus().isOk();
		int served = upstream.requests();
		get("/retried-outside").expectStatus()
			.isEqualTo(429)
			.expectHeader()
			.valueEquals("Retry-After", "100")
			.expectHeader()
			.valueEquals("RateLimit", "\"rating\";r=0;t=100")
			.expectBody()
			.jsonPath("$.violated-policies[0]")
			.isEqualTo("rating");
		assertThat(upstream.requests()).isEqualTo(served);
	}

	@Test
	void retryActsOnARejectionAndGetsTheAnswerOfTheService() {
		get("/retried-later").expectStatus().isOk();
		get("/retried-later").expectStatus()
			.isOk()
			.expectHeader()
			.doesNotExist("Retry-After")
			.expectHeader()
			.valueMatches("RateLimit", "\"quick\";r=0;t=\\d")
			.expectBody(String.class)
			.isEqualTo("served");
	}

	@Test
	void aWebSocketConnectionPaysOnceHoweverMuchItSays() {
		List<String> echo = new CopyOnWriteArrayList<>();
		HttpHeaders headers = new HttpHeaders();
		headers.set("X-API-Key", this.apiKey);
		Mono<Void> conversation = new ReactorNettyWebSocketClient().execute(
				URI.create("ws://127.0.0.1:" + this.port + "/ws"), headers,
				(session) -> session.send(Flux.just("a", "b", "c").map(session::textMessage))
					.thenMany(session.receive().take(3).map(WebSocketMessage::getPayloadAsText).doOnNext(echo::add))
					.then(session.close()));
		assertThat(conversation.toFuture()).succeedsWithin(Duration.ofSeconds(10));
		assertThat(echo).containsExactly("a", "b", "c");
		get("/rating").expectStatus().isOk().expectHeader().valueEquals("RateLimit", "\"rating\";r=0;t=100");
	}

	@Test
	void aRequestWithoutAKeyIsToldWhatIsMissing() {
		this.client.get()
			.uri("/rating")
			.exchange()
			.expectStatus()
			.isBadRequest()
			.expectHeader()
			.contentType(MediaType.APPLICATION_PROBLEM_JSON)
			.expectHeader()
			.doesNotExist("RateLimit")
			.expectBody()
			.jsonPath("$.error")
			.isEqualTo("The request lacks a single value in the header X-API-Key, by which the limit 'rating' counts.");
	}

	@Test
	void aRequestWithSeveralApiKeysHasNone() {
		this.client.get().uri("/rating").header("X-API-Key", "one", "two").exchange().expectStatus().isBadRequest();
	}

	@Test
	void keylessRequestsShareABucketThatNoKeyLeadsTo() {
		this.client.get().uri("/shared").exchange().expectStatus().isOk();
		this.client.get().uri("/shared").exchange().expectStatus().isOk();
		this.client.get().uri("/shared").exchange().expectStatus().isEqualTo(429);
		this.client.get().uri("/shared").header("X-API-Key", "~keyless").exchange().expectStatus().isOk();
		get("/shared").expectStatus().isOk();
	}

	@Test
	void keylessRequestsPassWhereTheyMay() {
		for (int i = 0; i < 4; i++) {
			this.client.get().uri("/lenient").exchange().expectStatus().isOk().expectHeader().doesNotExist("RateLimit");
		}
	}

	@Test
	void forwardingHeadersDoNotMakeAnotherCaller() {
		for (int i = 0; i < 2; i++) {
			this.client.get().uri("/ip").header("X-Forwarded-For", "203.0.113." + i).exchange().expectStatus().isOk();
		}
		this.client.get().uri("/ip").header("X-Forwarded-For", "203.0.113.9").exchange().expectStatus().isEqualTo(429);
		assertThat(this.limiter.find("per-ip", "127.0.0.1")).isPresent();
	}

	@Test
	void theLimiterKnowsAnApiKeyByItsIdOnly() {
		get("/rating");
		String id = new KeyIds(null).id(this.apiKey);
		assertThat(this.limiter.find("rating", id)).isPresent();
		assertThat(this.limiter.busiest("rating", 100)).extracting(BucketStatus::key).doesNotContain(this.apiKey);
	}

	@Test
	void resolverAndCostBeansDecideWhoPaysWhat() {
		tenant("acme", "abcd").expectStatus().isOk().expectHeader().valueEquals("RateLimit", "\"tenant\";r=1;t=3000");
		tenant("acme", "ab").expectStatus().isEqualTo(429).expectHeader().valueEquals("Retry-After", "1000");
		tenant("other", "ab").expectStatus().isOk();
	}

	@Test
	void aRequestThatCostsMoreThanABucketHoldsIsABadRequest() {
		tenant("acme2", "abcdef").expectStatus()
			.isBadRequest()
			.expectBody()
			.jsonPath("$.violated-policies[0]")
			.isEqualTo("tenant")
			.jsonPath("$.error")
			.isEqualTo("The request costs more than 5 tokens, the most that the limit 'tenant' can ever hold.");
		assertThat(this.limiter.peek("tenant", "acme2").level()).isEqualTo(5_000_000);
	}

	private WebTestClient.ResponseSpec tenant(String tenant, String payload) {
		return this.client.get()
			.uri((builder) -> builder.path("/tenant").queryParam("tenant", tenant).queryParam("q", payload).build())
			.exchange();
	}

	private WebTestClient.ResponseSpec get(String path) {
		return this.client.get().uri(path).header("X-API-Key", this.apiKey).exchange();
	}

	@SpringBootConfiguration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class Gateway {

		@Bean
		KeyResolver tenantResolver() {
			return (exchange) -> Mono.justOrEmpty(exchange.getRequest().getQueryParams().getFirst("tenant"));
		}

		@Bean
		KeyResolver otherResolver() {
			return (exchange) -> Mono.empty();
		}

		@Bean
		RouteLocator routesInJava(RouteLocatorBuilder routes, @Value("${upstream}") String uri) {
			return routes.routes()
				.route("java",
						(route) -> route.path("/java")
							.filters((filters) -> filters.filter(tokenBucket("wide", "rating")))
							.uri(uri))
				.build();
		}

		@Bean
		RequestCost lengthCost() {
			return (exchange) -> Mono.just((long) exchange.getRequest().getQueryParams().getFirst("q").length());
		}

	}

}
