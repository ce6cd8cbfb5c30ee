package io.openclaw.sample.web;

import java.time.Instant;

import reactor.core.publisher.Mono;

import org.springframework.http.HttpStatus;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.server.ResponseStatusException;
import org.springframework.web.server.ServerWebExchange;

import io.openclaw.tokenbucket.gateway.RequestLimits;
import io.openclaw.tokenbucket.limiter.TokenBucketLimiter;

/**
 * Shows callers their bucket without consuming.
 */
@RestController
class BucketController {

	private static final String LIMIT = "rating";

	private final RequestLimits limits;

	private final TokenBucketLimiter limiter;

	BucketController(RequestLimits limits, TokenBucketLimiter limiter) {
		this.limits = limits;
		this.limiter = limiter;
	}

	@GetMapping({ "/rating", "/bucket/state", "/v1/bucket/state" })
	Mono<BucketState> bucketState(ServerWebExchange exchange) {
		return this.limits.bucketOf(LIMIT, exchange)
			.map((bucket) -> BucketState.of(this.limiter.peek(bucket.limit(), bucket.key()), this.limiter,
					Instant.now()))
			.switchIfEmpty(Mono.error(() -> new ResponseStatusException(HttpStatus.BAD_REQUEST, "The key is missing")));
	}

}
