package io.openclaw.tokenbucket.observability.endpoint;

import java.util.List;
import java.util.Map;

/**
 * The settings by which requests meet a limit. Immutable.
 *
 * @param limit the name that routes use; of an override, that of the limit which it
 * overrides
 * @param key whose bucket a request draws on
 * @param cost what a request costs
 * @param scope {@code shared}, or {@code route} if each route has buckets of its own
 * @param onMissingKey {@code reject}, {@code shared} or {@code allow}
 * @param overrides the keys for which another limit stands in, as the limiter knows them,
 * by the name of that limit
 */
public record RequestView(String limit, String key, String cost, String scope, String onMissingKey,
		Map<String, List<String>> overrides) {
}
