package io.openclaw.tokenbucket.autoconfigure;

import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Supplier;

import io.openclaw.tokenbucket.autoconfigure.OpenClawProperties.Bucket;
import io.openclaw.tokenbucket.autoconfigure.diagnostics.OpenClawConfigurationException;
import io.openclaw.tokenbucket.crdt.MicroTokens;
import io.openclaw.tokenbucket.gateway.RequestCost;
import io.openclaw.tokenbucket.gateway.RequestCosts;
import io.openclaw.tokenbucket.gateway.RequestLimit;
import io.openclaw.tokenbucket.gateway.RequestLimits;
import io.openclaw.tokenbucket.gateway.key.BucketNames;
import io.openclaw.tokenbucket.gateway.key.RequestKey;
import io.openclaw.tokenbucket.gateway.key.RequestKeys;
import io.openclaw.tokenbucket.limiter.LimitPolicy;

/**
 * Reads how limits apply to requests from the properties.
 */
final class RequestLimitsFactory {

	private final RequestKeys keys;

	private final RequestCosts costs;

	private final BucketNames bucketNames;

	RequestLimitsFactory(RequestKeys keys, RequestCosts costs, BucketNames bucketNames) {
		this.keys = keys;
		this.costs = costs;
		this.bucketNames = bucketNames;
	}

	RequestLimits create(List<LimitPolicy> policies, Map<String, Bucket> buckets) {
		return new RequestLimits(policies.stream()
			.map((policy) -> requestLimit(policy, Objects.requireNonNull(buckets.get(policy.limit().name()))))
			.toList());
	}

	private RequestLimit requestLimit(LimitPolicy policy, Bucket bucket) {
		String name = policy.limit().name();
		long capacity = MicroTokens.toWholeTokens(policy.limit().capacity());
		RequestKey key = read(LimitPolicies.property(name, "key"), bucket.key(), () -> this.keys.parse(bucket.key()));
		RequestCost cost = read(LimitPolicies.property(name, "cost"), bucket.cost(),
				() -> this.costs.parse(bucket.cost(), capacity));
		return new RequestLimit(name, key, cost, bucket.onMissingKey(), this.bucketNames);
	}

	private static <T> T read(String property, String text, Supplier<T> parser) {
		try {
			return parser.get();
		}
		catch (IllegalArgumentException ex) {
			throw new OpenClawConfigurationException(property, text, "it cannot be understood",
					"Mind that " + ex.getMessage() + ".");
		}
	}

}
