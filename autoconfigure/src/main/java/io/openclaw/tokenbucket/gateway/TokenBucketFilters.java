package io.openclaw.tokenbucket.gateway;

import java.util.List;

import org.springframework.cloud.gateway.filter.GatewayFilter;

/**
 * The filter {@code TokenBucket} for routes in Java. <pre class="code">
 * routes.route("rating", (route) -&gt; route.path("/rate/**")
 * 	.filters((filters) -&gt; filters.filter(tokenBucket("rating")))
 * 	.uri("http://rating-service"));
 * </pre>
 */
public final class TokenBucketFilters {

	private TokenBucketFilters() {
	}

	/**
	 * Limits a route.
	 * @param limits names of limits under {@code openclaw.buckets}, at least one; several
	 * are all or nothing
	 * @return the filter, which finds the limits in the application that serves the
	 * request. A name that is not configured there fails start-up
	 * @throws IllegalArgumentException if no limit is named, or one twice
	 */
	public static GatewayFilter tokenBucket(String... limits) {
		return new TokenBucketRouteFilter(TokenBucketGatewayFilterFactory.namesIn(List.of(limits)));
	}

}
