package io.openclaw.tokenbucket.autoconfigure;

import java.math.BigDecimal;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

import io.openclaw.tokenbucket.autoconfigure.OpenClawProperties.Bucket;
import io.openclaw.tokenbucket.limiter.NanoClock;
import io.openclaw.tokenbucket.limiter.adaptive.AdaptiveLimits;
import io.openclaw.tokenbucket.limiter.adaptive.AdaptiveRefill;

/**
 * Has limits adapt that are configured to, other quotas for some of their keys included.
 */
final class AdaptiveRefills implements Refreshable {

	private static final BigDecimal LEAST_FLOOR = new BigDecimal("0.01");

	private static final int MILLIONTHS = 6;

	private final AdaptiveLimits limits;

	private final NanoClock clock;

	AdaptiveRefills(AdaptiveLimits limits, NanoClock clock, OpenClawProperties properties) {
		this.limits = limits;
		this.clock = clock;
		limits.configure(from(properties), clock.nanoTime());
	}

	@Override
	public Runnable prepare(OpenClawProperties properties, OpenClawSettings settings) {
		Map<String, AdaptiveRefill> anew = from(properties);
		return () -> this.limits.configure(anew, this.clock.nanoTime());
	}

	static Map<String, AdaptiveRefill> from(OpenClawProperties properties) {
		Map<String, AdaptiveRefill> adaptive = new TreeMap<>();
		properties.buckets().forEach((name, bucket) -> {
			BigDecimal floor = Checks.between(LimitPolicies.property(name, "refill-floor"), bucket.refillFloor(),
					LEAST_FLOOR, BigDecimal.ONE);
			if (bucket.refill() != RefillMode.FIXED) {
				adaptive.put(name, refill(name, bucket, floor));
			}
		});
		return adaptive;
	}

	private static AdaptiveRefill refill(String name, Bucket bucket, BigDecimal floor) {
		return new AdaptiveRefill(Stream
			.concat(Stream.of(name),
					bucket.overrides().keySet().stream().map((plan) -> LimitPolicies.overrideName(name, plan)))
			.toList(), floor.movePointRight(MILLIONTHS).longValue(), bucket.refill() == RefillMode.ADAPTIVE);
	}

}
