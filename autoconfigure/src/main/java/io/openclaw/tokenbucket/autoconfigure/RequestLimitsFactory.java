package io.openclaw.tokenbucket.autoconfigure;

import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import io.openclaw.tokenbucket.autoconfigure.OpenClawProperties.Bucket;
import io.openclaw.tokenbucket.autoconfigure.diagnostics.OpenClawConfigurationException;
import io.openclaw.tokenbucket.crdt.Limit;
import io.openclaw.tokenbucket.crdt.MicroTokens;
import io.openclaw.tokenbucket.gateway.Overrides;
import io.openclaw.tokenbucket.gateway.Plans;
import io.openclaw.tokenbucket.gateway.RequestCost;
import io.openclaw.tokenbucket.gateway.RequestCosts;
import io.openclaw.tokenbucket.gateway.RequestLimit;
import io.openclaw.tokenbucket.gateway.RequestLimits;
import io.openclaw.tokenbucket.gateway.key.BucketNames;
import io.openclaw.tokenbucket.gateway.key.RequestKey;
import io.openclaw.tokenbucket.gateway.key.RequestKeyParser;
import io.openclaw.tokenbucket.gateway.plan.PlanSource;
import io.openclaw.tokenbucket.gateway.plan.PlanSources;
import io.openclaw.tokenbucket.limiter.limit.LimitPolicy;

/**
 * Reads how limits apply to requests from the properties.
 */
final class RequestLimitsFactory {

	private final RequestKeyParser keys;

	private final RequestCosts costs;

	private final PlanSources planSources;

	private final BucketNames bucketNames;

	RequestLimitsFactory(RequestKeyParser keys, RequestCosts costs, PlanSources planSources, BucketNames bucketNames) {
		this.keys = keys;
		this.costs = costs;
		this.planSources = planSources;
		this.bucketNames = bucketNames;
	}

	RequestLimits create(List<LimitPolicy> policies, Map<String, Bucket> buckets) {
		Map<String, Long> capacities = policies.stream()
			.map(LimitPolicy::limit)
			.collect(Collectors.toMap(Limit::name, (limit) -> MicroTokens.toWholeTokens(limit.capacity())));
		return new RequestLimits(buckets.entrySet()
			.stream()
			.map((bucket) -> requestLimit(bucket.getKey(), bucket.getValue(), capacities))
			.toList());
	}

	private RequestLimit requestLimit(String name, Bucket bucket, Map<String, Long> capacities) {
		RequestKey key = read(LimitPolicies.property(name, "key"), bucket.key(), () -> this.keys.parse(bucket.key()));
		long leastCapacity = Stream
			.concat(Stream.of(name),
					bucket.overrides().keySet().stream().map((override) -> LimitPolicies.overrideName(name, override)))
			.mapToLong((limit) -> Objects.requireNonNull(capacities.get(limit)))
			.min()
			.orElseThrow();
		RequestCost cost = read(LimitPolicies.property(name, "cost"), bucket.cost(),
				() -> this.costs.parse(bucket.cost(), leastCapacity));
		return new RequestLimit(name, key, cost, bucket.onMissingKey(), this.bucketNames, bucket.scope(),
				plans(name, key, bucket));
	}

	private Plans plans(String name, RequestKey key, Bucket bucket) {
		Map<String, String> limitByPlan = bucket.overrides()
			.keySet()
			.stream()
			.collect(Collectors.toMap(Function.identity(), (plan) -> LimitPolicies.overrideName(name, plan)));
		String property = LimitPolicies.property(name, "plan");
		String plan = bucket.plan();
		if (plan != null && limitByPlan.isEmpty()) {
			throw new OpenClawConfigurationException(property, plan, "the limit has no plan",
					"Name plans and their quotas under %s.".formatted(LimitPolicies.property(name, "overrides")));
		}
		PlanSource source = (plan == null) ? null
				: read(property, plan, () -> this.planSources.parse(plan, limitByPlan.keySet()));
		Overrides overrides = new OverridesReader(this.bucketNames).read(name, key, bucket.overrides(), source == null);
		return new Plans(name, limitByPlan, overrides, source, this.planSources.counts());
	}

	private static <T> T read(String property, String text, Supplier<T> parser) {
		try {
			return parser.get();
		}
		catch (IllegalArgumentException ex) {
			throw new OpenClawConfigurationException(property, text, "it cannot be understood",
					"Note that " + ex.getMessage() + ".");
		}
	}

}
