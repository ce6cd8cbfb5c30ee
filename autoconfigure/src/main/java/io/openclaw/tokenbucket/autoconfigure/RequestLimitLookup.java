package io.openclaw.tokenbucket.autoconfigure;

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
 * Tells the endpoint how requests meet limits. Immutable.
 *
 * @param limits the limits that routes can name
 * @param buckets what is configured by their names
 */
record RequestLimitLookup(RequestLimits limits, Map<String, Bucket> buckets) implements KeyLookup {

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
