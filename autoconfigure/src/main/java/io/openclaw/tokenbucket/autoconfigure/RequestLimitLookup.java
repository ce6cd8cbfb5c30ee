package io.openclaw.tokenbucket.autoconfigure;

import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import org.jspecify.annotations.Nullable;

import io.openclaw.tokenbucket.autoconfigure.OpenClawProperties.Bucket;
import io.openclaw.tokenbucket.gateway.CallerBucket;
import io.openclaw.tokenbucket.gateway.LimitedRoutes;
import io.openclaw.tokenbucket.gateway.RequestLimit;
import io.openclaw.tokenbucket.gateway.RequestLimits;
import io.openclaw.tokenbucket.gateway.Scope;
import io.openclaw.tokenbucket.gateway.key.BucketNames;
import io.openclaw.tokenbucket.gateway.ratelimiter.TokenBucketRateLimiter;
import io.openclaw.tokenbucket.observability.endpoint.CallerPlace;
import io.openclaw.tokenbucket.observability.endpoint.KeyLookup;
import io.openclaw.tokenbucket.observability.endpoint.RequestView;

/**
 * Tells the endpoint how requests meet limits, as they are configured now. Thread-safe.
 */
final class RequestLimitLookup implements KeyLookup, Refreshable {

	private final RequestLimits limits;

	private final LimitedRoutes routes;

	private final BucketNames names;

	private final Supplier<Set<String>> closed;

	private volatile Map<String, Bucket> buckets;

	/**
	 * Creates the lookup.
	 * @param limits the limits that routes can name
	 * @param routes which routes name them
	 * @param names name the buckets of routes with {@code RequestRateLimiter}
	 * @param closed the routes with {@code RequestRateLimiter} that admit nobody
	 * @param buckets what is configured by their names
	 */
	RequestLimitLookup(RequestLimits limits, LimitedRoutes routes, BucketNames names, Supplier<Set<String>> closed,
			Map<String, Bucket> buckets) {
		this.limits = limits;
		this.routes = routes;
		this.names = names;
		this.closed = closed;
		this.buckets = Map.copyOf(buckets);
	}

	// A limit that is no longer configured goes on, and is shown as it was.
	@Override
	public Runnable prepare(OpenClawProperties properties, OpenClawSettings settings) {
		Map<String, Bucket> anew = new HashMap<>(this.buckets);
		anew.putAll(properties.buckets());
		return () -> this.buckets = Map.copyOf(anew);
	}

	@Override
	public String keyOf(String limit, String sent) {
		return limit.startsWith(TokenBucketRateLimiter.LIMIT_PREFIX) ? this.names.nameOfFound(sent)
				: this.limits.bucketNameOf(limit, sent);
	}

	// A text that looks like an id is one.
	@Override
	public String callerOf(String limit, String sent) {
		return this.limits.covering(limit).map((covering) -> {
			Set<String> written = covering.bucketNames().namesOfWritten(covering.key(), sent);
			return written.contains(sent) ? sent : written.iterator().next();
		}).orElse(sent);
	}

	@Override
	public List<CallerPlace> placesOf(String sent) {
		return this.limits.all()
			.stream()
			.flatMap((limit) -> limit.bucketsOfWritten(sent)
				.entrySet()
				.stream()
				.flatMap((bucket) -> placesOf(limit, bucket.getKey(), bucket.getValue())))
			.toList();
	}

	private Stream<CallerPlace> placesOf(RequestLimit limit, CallerBucket bucket, String reason) {
		String planFrom = limit.plans().limitByPlan().isEmpty() ? null : reason;
		List<String> naming = this.routes.of(limit.name());
		return (limit.scope() == Scope.SHARED)
				? Stream.of(new CallerPlace(limit.name(), bucket.limit(), planFrom, bucket.key(), naming))
				: naming.stream()
					.map((route) -> new CallerPlace(limit.name(), bucket.limit(), planFrom, bucket.onRoute(route).key(),
							List.of(route)));
	}

	@Override
	public List<String> routesOf(String limit) {
		return limit.startsWith(TokenBucketRateLimiter.LIMIT_PREFIX)
				? List.of(limit.substring(TokenBucketRateLimiter.LIMIT_PREFIX.length())) : this.routes.of(limit);
	}

	@Override
	public Map<String, String> closedRoutes() {
		return this.closed.get()
			.stream()
			.collect(Collectors.toMap(TokenBucketRateLimiter.LIMIT_PREFIX::concat, Function.identity()));
	}

	@Override
	public @Nullable RequestView requestsTo(String limit) {
		return this.limits.covering(limit).map(this::view).orElse(null);
	}

	@Override
	public OptionalLong fixedCostOf(String limit) {
		return this.limits.covering(limit).map(RequestLimit::fixedCost).orElseGet(OptionalLong::empty);
	}

	private @Nullable RequestView view(RequestLimit limit) {
		Bucket bucket = this.buckets.get(limit.name());
		return (bucket == null) ? null : new RequestView(limit.name(), bucket.key(), bucket.cost(),
				nameOf(limit.scope()), nameOf(limit.onMissingKey()), limit.plans().keysByLimit());
	}

	private static String nameOf(Enum<?> constant) {
		return constant.name().toLowerCase(Locale.ROOT);
	}

}
