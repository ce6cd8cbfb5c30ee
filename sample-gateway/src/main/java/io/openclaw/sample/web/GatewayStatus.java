package io.openclaw.sample.web;

import java.util.Collection;
import java.util.Locale;
import java.util.SortedMap;
import java.util.TreeMap;

import org.jspecify.annotations.Nullable;
import tools.jackson.databind.PropertyNamingStrategies.SnakeCaseStrategy;
import tools.jackson.databind.annotation.JsonNaming;

import io.openclaw.tokenbucket.crdt.Limit;
import io.openclaw.tokenbucket.crdt.MicroTokens;
import io.openclaw.tokenbucket.limiter.TokenBucketLimiter;
import io.openclaw.tokenbucket.limiter.limit.LimitPolicy;

/**
 * A gateway and the limits in force on it. Immutable.
 *
 * @param node its node id
 * @param region where it runs; {@code null} if not configured
 * @param state how much of the fleet it hears
 * @param manifestVersion the version of the manifest that was imported; without one the
 * highest revision among its limits
 * @param limits the limits by name
 */
@JsonNaming(SnakeCaseStrategy.class)
record GatewayStatus(String node, @Nullable String region, String state, String manifestVersion,
		SortedMap<String, LimitDefinition> limits) {

	static GatewayStatus of(TokenBucketLimiter limiter, @Nullable String region, @Nullable String manifestVersion) {
		SortedMap<String, LimitDefinition> limits = new TreeMap<>();
		limiter.limits().forEach((name) -> limits.put(name, LimitDefinition.of(limiter.policy(name))));
		return new GatewayStatus(limiter.self().node(), region, nameOf(limiter.state()),
				(manifestVersion != null) ? manifestVersion : highestRevision(limits.values()), limits);
	}

	private static String highestRevision(Collection<LimitDefinition> limits) {
		return Long.toString(limits.stream().mapToLong(LimitDefinition::revision).max().orElse(0));
	}

	private static String nameOf(Enum<?> constant) {
		return constant.name().toLowerCase(Locale.ROOT);
	}

	/**
	 * A limit. Immutable.
	 *
	 * @param capacity the most tokens that a bucket holds
	 * @param refillRatePerSecond tokens that accrue in a second
	 * @param initialTokens tokens that a new bucket holds
	 * @param consistency how strictly gateways agree before they spend
	 * @param revision of several definitions in a fleet the highest wins
	 */
	@JsonNaming(SnakeCaseStrategy.class)
	record LimitDefinition(double capacity, double refillRatePerSecond, double initialTokens, String consistency,
			long revision) {

		static LimitDefinition of(LimitPolicy policy) {
			Limit limit = policy.limit();
			return new LimitDefinition(MicroTokens.toTokens(limit.capacity()), limit.refillRate().tokensPerSecond(),
					MicroTokens.toTokens(limit.initial()), nameOf(policy.consistency()), limit.revision());
		}

	}

}
