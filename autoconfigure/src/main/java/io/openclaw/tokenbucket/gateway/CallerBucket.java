package io.openclaw.tokenbucket.gateway;

import org.jspecify.annotations.Nullable;

/**
 * The name of a caller's bucket in the limiter. Immutable.
 *
 * @param limit the name of the limit, which is that of an override for the callers that
 * it lists
 * @param key the key to ask the limiter for
 */
public record CallerBucket(String limit, String key) {

	private static final String SEPARATOR = "~";

	/**
	 * The bucket of the same caller on one route, where each route has its own.
	 * @param routeId the id of the route; {@code null} outside of any
	 * @return the bucket
	 */
	public CallerBucket onRoute(@Nullable String routeId) {
		// Only operators choose ids of routes: escaping the separator in them is enough
		// for no caller's key to lead to another route's bucket.
		return (routeId == null) ? this : new CallerBucket(this.limit,
				routeId.replace("%", "%25").replace(SEPARATOR, "%7E") + SEPARATOR + this.key);
	}

}
