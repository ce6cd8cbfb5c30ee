package io.openclaw.tokenbucket.autoconfigure;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

import io.openclaw.tokenbucket.autoconfigure.OpenClawProperties.Bucket;
import io.openclaw.tokenbucket.autoconfigure.diagnostics.OpenClawConfigurationException;
import io.openclaw.tokenbucket.crdt.Limit;
import io.openclaw.tokenbucket.crdt.MicroTokens;
import io.openclaw.tokenbucket.limiter.limit.LimitPolicy;

/**
 * Turns configured limits into those that the limiter works with. An override of a limit
 * is a limit of its own there.
 */
final class LimitPolicies {

	private static final String PREFIX = "openclaw.buckets.";

	private static final int MAX_NAME_LENGTH = 64;

	private LimitPolicies() {
	}

	static String property(String limit, String name) {
		return PREFIX + limit + "." + name;
	}

	static String overrideProperty(String limit, String override) {
		return property(limit, "overrides." + override);
	}

	static String overrideName(String limit, String override) {
		return limit + "." + override;
	}

	static List<LimitPolicy> from(OpenClawProperties properties) {
		List<LimitPolicy> policies = new ArrayList<>();
		properties.buckets().forEach((name, bucket) -> {
			Checks.name(PREFIX + name, name, MAX_NAME_LENGTH);
			Limit limit = ConfiguredQuota.of(PREFIX + name, bucket).toLimit(name, revision(name, bucket, properties));
			policies.add(policy(limit, bucket, properties));
			bucket.overrides().forEach((override, plan) -> {
				String prefix = overrideProperty(name, override);
				String ownName = Checks.name(prefix, overrideName(name, override), MAX_NAME_LENGTH);
				policies.add(policy(ConfiguredQuota.of(prefix, plan).toLimit(ownName, limit), bucket, properties));
			});
		});
		refuseTwins(properties, policies);
		return List.copyOf(policies);
	}

	private static long revision(String name, Bucket bucket, OpenClawProperties properties) {
		return (bucket.revision() == null) ? properties.revision()
				: Checks.between(property(name, "revision"), bucket.revision(), 0L, Long.MAX_VALUE);
	}

	private static LimitPolicy policy(Limit limit, Bucket bucket, OpenClawProperties properties) {
		return new LimitPolicy(limit, bucket.consistency(), properties.crdt().creditWait(), bucket.mode(),
				overdraft(limit, bucket));
	}

	private static long overdraft(Limit limit, Bucket bucket) {
		if (bucket.settle() == null) {
			return 0;
		}
		// Else as many as were reserved, of which none are more.
		return (bucket.overdraft() == null) ? limit.capacity() : MicroTokens.ofTokens(
				Checks.between(property(limit.name(), "overdraft"), bucket.overdraft(), 0L, MicroTokens.MAX_TOKENS));
	}

	private static void refuseTwins(OpenClawProperties properties, List<LimitPolicy> policies) {
		Set<String> names = new HashSet<>();
		for (LimitPolicy policy : policies) {
			String name = policy.limit().name();
			if (!names.add(name)) {
				throw new OpenClawConfigurationException(
						properties.buckets().containsKey(name) ? PREFIX + name : PREFIX + "*.overrides", name,
						"an override and another limit would both be named '%s'".formatted(name),
						"Give one of them another name.");
			}
		}
	}

}
