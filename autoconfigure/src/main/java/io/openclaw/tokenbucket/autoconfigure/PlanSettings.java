package io.openclaw.tokenbucket.autoconfigure;

import java.time.Duration;

import io.openclaw.tokenbucket.autoconfigure.OpenClawProperties.Plans;
import io.openclaw.tokenbucket.gateway.plan.ResolverSettings;

/**
 * Checks how long answers of resolvers of plans count.
 */
final class PlanSettings {

	private static final String PREFIX = "openclaw.plans.";

	private static final Duration LEAST = Duration.ofMillis(1);

	private static final Duration MOST_TIMEOUT = Duration.ofSeconds(30);

	private static final Duration MOST = Duration.ofDays(365);

	private static final Duration LEAST_INTERVAL = Duration.ofMillis(100);

	private static final int MOST_KEYS = 10_000_000;

	private PlanSettings() {
	}

	static Duration checkInterval(Plans plans) {
		return Checks.between(PREFIX + "check-interval", plans.checkInterval(), LEAST_INTERVAL, MOST);
	}

	static ResolverSettings of(Plans plans) {
		return new ResolverSettings(Checks.between(PREFIX + "timeout", plans.timeout(), LEAST, MOST_TIMEOUT),
				Checks.between(PREFIX + "time-to-live", plans.timeToLive(), LEAST, MOST),
				Checks.between(PREFIX + "hold", plans.hold(), Duration.ZERO, MOST),
				Checks.between(PREFIX + "max-keys", plans.maxKeys(), 1, MOST_KEYS), plans.onFailure());
	}

}
