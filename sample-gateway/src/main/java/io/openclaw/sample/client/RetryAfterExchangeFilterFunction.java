package io.openclaw.sample.client;

import java.time.Clock;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Optional;
import java.util.Set;

import reactor.core.publisher.Mono;

import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.HttpStatusCode;
import org.springframework.web.reactive.function.client.ClientRequest;
import org.springframework.web.reactive.function.client.ClientResponse;
import org.springframework.web.reactive.function.client.ExchangeFilterFunction;
import org.springframework.web.reactive.function.client.ExchangeFunction;

/**
 * Has a {@code WebClient} wait as long as {@code Retry-After} of a 429 or 503 says, and
 * then send the request again. Answers without that header, and those that ask for a
 * longer wait, are passed on as they are. Does not block. Immutable.
 *
 * @see <a href="https://www.rfc-editor.org/rfc/rfc9110#section-10.2.3">RFC 9110, section
 * 10.2.3</a>
 */
public final class RetryAfterExchangeFilterFunction implements ExchangeFilterFunction {

	private static final Set<HttpStatusCode> RETRYABLE = Set.of(HttpStatus.TOO_MANY_REQUESTS,
			HttpStatus.SERVICE_UNAVAILABLE);

	private final int maxAttempts;

	private final Duration maxWait;

	private final Clock clock;

	/**
	 * Creates the filter.
	 * @param maxAttempts how often a request is sent at most, positive
	 * @param maxWait the longest wait to agree to
	 */
	public RetryAfterExchangeFilterFunction(int maxAttempts, Duration maxWait) {
		this(maxAttempts, maxWait, Clock.systemUTC());
	}

	RetryAfterExchangeFilterFunction(int maxAttempts, Duration maxWait, Clock clock) {
		this.maxAttempts = maxAttempts;
		this.maxWait = maxWait;
		this.clock = clock;
	}

	@Override
	public Mono<ClientResponse> filter(ClientRequest request, ExchangeFunction next) {
		return send(request, next, 1);
	}

	private Mono<ClientResponse> send(ClientRequest request, ExchangeFunction next, int attempt) {
		return next.exchange(request).flatMap((response) -> {
			Optional<Duration> wait = waitBeforeNext(response, attempt);
			return wait.isEmpty() ? Mono.just(response)
					: response.releaseBody()
						.then(Mono.delay(wait.get()))
						.flatMap((tick) -> send(request, next, attempt + 1));
		});
	}

	private Optional<Duration> waitBeforeNext(ClientResponse response, int attempt) {
		if (attempt >= this.maxAttempts || !RETRYABLE.contains(response.statusCode())) {
			return Optional.empty();
		}
		return response.headers()
			.header(HttpHeaders.RETRY_AFTER)
			.stream()
			.findFirst()
			.flatMap(this::parse)
			.filter((wait) -> wait.compareTo(this.maxWait) <= 0);
	}

	// Seconds, or a date.
	private Optional<Duration> parse(String retryAfter) {
		try {
			if (retryAfter.matches("\\d{1,9}")) {
				return Optional.of(Duration.ofSeconds(Long.parseLong(retryAfter)));
			}
			ZonedDateTime moment = ZonedDateTime.parse(retryAfter, DateTimeFormatter.RFC_1123_DATE_TIME);
			Duration until = Duration.between(this.clock.instant(), moment.toInstant());
			return Optional.of(until.isNegative() ? Duration.ZERO : until);
		}
		catch (DateTimeException ex) {
			return Optional.empty();
		}
	}

}
