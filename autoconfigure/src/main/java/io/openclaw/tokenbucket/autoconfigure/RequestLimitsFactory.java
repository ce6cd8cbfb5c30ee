package io.openclaw.tokenbucket.autoconfigure;

import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import org.jspecify.annotations.Nullable;

import io.openclaw.tokenbucket.autoconfigure.OpenClawProperties.Bucket;
import io.openclaw.tokenbucket.autoconfigure.diagnostics.OpenClawConfigurationException;
import io.openclaw.tokenbucket.crdt.Limit;
import io.openclaw.tokenbucket.crdt.MicroTokens;
import io.openclaw.tokenbucket.gateway.ErrorSettlement;
import io.openclaw.tokenbucket.gateway.Overrides;
import io.openclaw.tokenbucket.gateway.PlanLists;
import io.openclaw.tokenbucket.gateway.Plans;
import io.openclaw.tokenbucket.gateway.RequestCost;
import io.openclaw.tokenbucket.gateway.RequestCosts;
import io.openclaw.tokenbucket.gateway.RequestLimit;
import io.openclaw.tokenbucket.gateway.RequestLimits;
import io.openclaw.tokenbucket.gateway.ResponseCosts;
import io.openclaw.tokenbucket.gateway.Settling;
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

	private final ResponseCosts responseCosts;

	private final PlanSources planSources;

	private final PlanLists planLists;

	private final boolean isFollowingFile;

	private final Function<String, Map<String, Boolean>> changedKeys;

	private final BucketNames bucketNames;

	RequestLimitsFactory(RequestKeyParser keys, RequestCosts costs, ResponseCosts responseCosts,
			PlanSources planSources, PlanLists planLists, boolean isFollowingFile,
			Function<String, Map<String, Boolean>> changedKeys, BucketNames bucketNames) {
		this.keys = keys;
		this.costs = costs;
		this.responseCosts = responseCosts;
		this.planSources = planSources;
		this.planLists = planLists;
		this.isFollowingFile = isFollowingFile;
		this.changedKeys = changedKeys;
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
				plans(name, key, bucket), settling(name, bucket, leastCapacity));
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
		Overrides overrides = new OverridesReader(this.bucketNames).read(name, key, bucket.overrides(),
				source == null && !this.isFollowingFile);
		return new Plans(name, limitByPlan, overrides, this.changedKeys, this.planLists, source,
				this.planSources.counts());
	}

	private @Nullable Settling settling(String name, Bucket bucket, long capacity) {
		if (bucket.settle() == null) {
			refuseWithoutSettle(name, bucket);
			return null;
		}
		if (!this.costs.canBeSettled(bucket.cost())) {
			throw new OpenClawConfigurationException(LimitPolicies.property(name, "cost"), bucket.cost(),
					"it is final, but %s says that it is known afterwards"
						.formatted(LimitPolicies.property(name, "settle")),
					"Set it to reserve:<tokens>, post-paid or the name of a RequestCost bean, or remove settle.");
		}
		ErrorSettlement onError = (bucket.settleOnError() != null) ? bucket.settleOnError() : ErrorSettlement.KEEP;
		boolean unbounded = bucket.overdraft() == null && RequestCosts.isPostPaid(bucket.cost());
		return read(LimitPolicies.property(name, "settle"), bucket.settle(), () -> this.responseCosts
			.parse(Objects.requireNonNull(bucket.settle()), onError, unbounded ? (Long) capacity : bucket.overdraft()));
	}

	private static void refuseWithoutSettle(String name, Bucket bucket) {
		if (RequestCosts.isInAdvance(bucket.cost())) {
			throw new OpenClawConfigurationException(LimitPolicies.property(name, "settle"), null,
					"it is missing, but the cost is taken in advance",
					"Set it to what a request has cost, such as header:X-Tokens-Used or json:/usage/total_tokens.");
		}
		if (bucket.settleOnError() != null || bucket.overdraft() != null) {
			String property = (bucket.overdraft() != null) ? "overdraft" : "settle-on-error";
			throw new OpenClawConfigurationException(LimitPolicies.property(name, property),
					String.valueOf((bucket.overdraft() != null) ? bucket.overdraft() : bucket.settleOnError()),
					"it says how requests are settled, but settle is not set", "Set settle, or remove it.");
		}
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
