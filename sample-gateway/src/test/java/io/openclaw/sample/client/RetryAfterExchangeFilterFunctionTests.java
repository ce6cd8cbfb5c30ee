package io.openclaw.sample.client;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.atomic.AtomicInteger;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Mono;
import reactor.test.StepVerifier;

import org.springframework.http.HttpStatus;
import org.springframework.web.reactive.function.client.ClientResponse;
import org.springframework.web.reactive.function.client.WebClient;

import static org.assertj.core.api.Assertions.assertThat;

class RetryAfterExchangeFilterFunctionTests {

	private static final Clock CLOCK = Clock.fixed(Instant.parse("2026-11-22T00:00:00Z"), ZoneOffset.UTC);

	private final AtomicInteger sent = new AtomicInteger();

	@Test
	void waitsAsLongAsItIsToldAndSendsAgain() {
		StepVerifier.withVirtualTime(() -> call(429, "7", 200, null))
			.expectSubscription()
			.expectNoEvent(Duration.ofSeconds(7))
			.expectNext(HttpStatus.OK)
			.verifyComplete();
		assertThat(this.sent).hasValue(2);
	}

	@Test
	void understandsADate() {
		StepVerifier.withVirtualTime(() -> call(503, "Sun, 22 Nov 2026 00:00:05 GMT", 200, null))
			.expectSubscription()
			.expectNoEvent(Duration.ofSeconds(5))
			.expectNext(HttpStatus.OK)
			.verifyComplete();
	}

	@Test
	void givesUpAfterTheLastAttempt() {
		StepVerifier.withVirtualTime(() -> call(429, "1", 429, "1", 429, "1", 200, null))
			.thenAwait(Duration.ofSeconds(10))
			.expectNext(HttpStatus.TOO_MANY_REQUESTS)
			.verifyComplete();
		assertThat(this.sent).hasValue(3);
	}

	@Test
	void passesOnWhatAsksForTooMuchPatience() {
		assertPassedOn(429, "61");
	}

	@Test
	void passesOnWhatDoesNotSayHowLong() {
		assertPassedOn(429, null);
		assertPassedOn(429, "soon");
		assertPassedOn(404, "1");
	}

	private void assertPassedOn(int status, @Nullable String retryAfter) {
		this.sent.set(0);
		StepVerifier.create(call(status, retryAfter, 200, null))
			.expectNext(HttpStatus.valueOf(status))
			.verifyComplete();
		assertThat(this.sent).hasValue(1);
	}

	private Mono<Object> call(@Nullable Object... statusesAndHeaders) {
		Queue<ClientResponse> answers = new ArrayDeque<>();
		List<@Nullable Object> all = Arrays.asList(statusesAndHeaders);
		for (int i = 0; i < all.size(); i += 2) {
			ClientResponse.Builder answer = ClientResponse.create(HttpStatus.valueOf((Integer) all.get(i)));
			if (all.get(i + 1) instanceof String retryAfter) {
				answer.header("Retry-After", retryAfter);
			}
			answers.add(answer.build());
		}
		return WebClient.builder()
			.filter(new RetryAfterExchangeFilterFunction(3, Duration.ofMinutes(1), CLOCK))
			.exchangeFunction((request) -> {
				this.sent.incrementAndGet();
				return Mono.just(answers.remove());
			})
			.build()
			.get()
			.uri("http://service")
			.exchangeToMono((response) -> response.releaseBody().thenReturn(response.statusCode()));
	}

}
