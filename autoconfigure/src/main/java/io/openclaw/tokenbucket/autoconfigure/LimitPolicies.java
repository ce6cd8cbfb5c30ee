package io.openclaw.tokenbucket.autoconfigure;

import java.math.BigDecimal;
import java.util.List;

import io.openclaw.tokenbucket.autoconfigure.OpenClawProperties.Bucket;
import io.openclaw.tokenbucket.autoconfigure.diagnostics.OpenClawConfigurationException;
import io.openclaw.tokenbucket.crdt.Limit;
import io.openclaw.tokenbucket.crdt.MicroTokens;
import io.openclaw.tokenbucket.crdt.RefillRate;
import io.openclaw.tokenbucket.limiter.LimitDefinition;
import io.openclaw.tokenbucket.limiter.LimitPolicy;

/**
 * Turns configured limits into those that the limiter works with.
 */
final class LimitPolicies {

	private static final String PREFIX = "openclaw.buckets.";

	private static final int MAX_NAME_LENGTH = 64;

	private static final BigDecimal LEAST_RATE = new BigDecimal("0.000001");

	private LimitPolicies() {
	}

	static String property(String limit, String name) {
		return PREFIX + limit + "." + name;
	}

	static List<LimitPolicy> from(OpenClawProperties properties) {
		return properties.buckets()
			.entrySet()
			.stream()
			.map((bucket) -> policy(bucket.getKey(), bucket.getValue(), properties))
			.toList();
	}

	private static LimitPolicy policy(String name, Bucket bucket, OpenClawProperties properties) {
		Checks.name(PREFIX + name, name, MAX_NAME_LENGTH);
		long capacity = Checks.between(property(name, "capacity"), Checks.required(property(name, "capacity"),
				bucket.capacity(), "Set it to the most tokens that a bucket holds."), 1L, MicroTokens.MAX_TOKENS);
		long initial = (bucket.initialTokens() != null)
				? Checks.between(property(name, "initial-tokens"), bucket.initialTokens(), 0L, capacity) : capacity;
		Limit limit = new Limit(name, MicroTokens.ofTokens(capacity), rate(name, bucket), MicroTokens.ofTokens(initial),
				properties.revision());
		return new LimitPolicy(limit, bucket.consistency(), properties.crdt().creditWait(), bucket.mode());
	}

	private static RefillRate rate(String name, Bucket bucket) {
		String perSecond = property(name, "refill-rate-per-second");
		String tokens = property(name, "refill-tokens");
		String period = property(name, "refill-period");
		boolean hasPeriodic = bucket.refillTokens() != null || bucket.refillPeriod() != null;
		if (bucket.refillRatePerSecond() != null) {
			if (hasPeriodic) {
				throw new OpenClawConfigurationException(perSecond, Checks.show(bucket.refillRatePerSecond()),
						"the rate is given twice", "Remove it, or remove %s and %s.".formatted(tokens, period));
			}
			return RefillRate.perSecond(Checks.between(perSecond, bucket.refillRatePerSecond(), LEAST_RATE,
					BigDecimal.valueOf(MicroTokens.MAX_TOKENS)));
		}
		if (!hasPeriodic) {
			throw new OpenClawConfigurationException(perSecond, null, "the limit has no rate",
					"Set it to tokens per second, or set %s and %s.".formatted(tokens, period));
		}
		return RefillRate.of(
				Checks.between(tokens,
						Checks.required(tokens, bucket.refillTokens(),
								"Set it to the tokens that flow in every %s.".formatted(period)),
						1L, MicroTokens.MAX_TOKENS),
				Checks.between(period,
						Checks.required(period, bucket.refillPeriod(),
								"Set it to the period in which %s flow in, such as 1m.".formatted(tokens)),
						LimitDefinition.SHORTEST_PERIOD, LimitDefinition.LONGEST_PERIOD));
	}

}
