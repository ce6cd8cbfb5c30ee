package io.openclaw.tokenbucket.gateway.plan;

import java.time.Duration;

import org.jspecify.annotations.Nullable;

/**
 * How long answers of {@link PlanResolver}s count. Immutable.
 *
 * @param timeout how long a request waits for an answer, positive
 * @param timeToLive after which a plan is asked for again, positive
 * @param hold how long a plan counts while the resolver fails, not negative
 * @param maxKeys callers whose plans are held, positive
 * @param onFailure the plan of callers whose plan is not known since the resolver fails;
 * {@code null} for none
 */
public record ResolverSettings(Duration timeout, Duration timeToLive, Duration hold, int maxKeys,
		@Nullable String onFailure) {
}
