package io.openclaw.sample.web;

import java.util.Map;

import org.jspecify.annotations.Nullable;

import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

import io.openclaw.tokenbucket.autoconfigure.OpenClawProperties;
import io.openclaw.tokenbucket.limiter.TokenBucketLimiter;

/**
 * Says which gateway this is, and that it lives.
 */
@RestController
class StatusController {

	private final TokenBucketLimiter limiter;

	private final @Nullable String region;

	private final @Nullable String manifestVersion;

	// Of the properties and not by @Value, which would evaluate expressions in a
	// manifest.
	StatusController(TokenBucketLimiter limiter, OpenClawProperties properties) {
		this.limiter = limiter;
		this.region = properties.node().region();
		this.manifestVersion = properties.manifest().version();
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
