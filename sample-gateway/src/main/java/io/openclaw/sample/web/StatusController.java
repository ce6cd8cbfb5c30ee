package io.openclaw.sample.web;

import java.util.Map;

import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.annotation.Value;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

import io.openclaw.tokenbucket.limiter.TokenBucketLimiter;

/**
 * Says which gateway this is, and that it lives.
 */
@RestController
class StatusController {

	private final TokenBucketLimiter limiter;

	private final @Nullable String region;

	private final @Nullable String manifestVersion;

	StatusController(TokenBucketLimiter limiter, @Value("${openclaw.node.region:#{null}}") @Nullable String region,
			@Value("${openclaw.manifest.version:#{null}}") @Nullable String manifestVersion) {
		this.limiter = limiter;
		this.region = region;
		this.manifestVersion = manifestVersion;
	}

	@GetMapping("/status")
	GatewayStatus status() {
		return GatewayStatus.of(this.limiter, this.region, this.manifestVersion);
	}

	@GetMapping("/health")
	Map<String, String> health() {
		return Map.of("status", "ok");
	}

}
