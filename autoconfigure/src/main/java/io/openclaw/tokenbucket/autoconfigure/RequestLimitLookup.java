package io.openclaw.tokenbucket.autoconfigure;

import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalLong;

import org.jspecify.annotations.Nullable;

import io.openclaw.tokenbucket.autoconfigure.OpenClawProperties.Bucket;
import io.openclaw.tokenbucket.gateway.RequestLimit;
import io.openclaw.tokenbucket.gateway.RequestLimits;
import io.openclaw.tokenbucket.observability.endpoint.KeyLookup;
import io.openclaw.tokenbucket.observability.endpoint.RequestView;

/**
 * Tells the endpoint how requests meet limits, as they are configured now. Thread-safe.
 */
final class RequestLimitLookup implements KeyLookup, Refreshable {

	private final RequestLimits limits;

	private volatile Map<String, Bucket> buckets;

	/**
	 * Creates the lookup.
	 * @param limits the limits that routes can name
	 * @param buckets what is configured by their names
	 */
	RequestLimitLookup(RequestLimits limits, Map<String, Bucket> buckets) {
		this.limits = limits;
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
		return this.limits.bucketNameOf(limit, sent);
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
				nameOf(limit.scope()), nameOf(limit.onMissingKey()), limit.overrides().keysByLimit());
	}

	private static String nameOf(Enum<?> constant) {
		return constant.name().toLowerCase(Locale.ROOT);
	}

}
