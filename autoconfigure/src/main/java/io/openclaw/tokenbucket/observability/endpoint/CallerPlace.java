package io.openclaw.tokenbucket.observability.endpoint;

import java.util.List;

import org.jspecify.annotations.Nullable;

/**
 * A place where the limiter may hold a bucket of a caller. Immutable.
 *
 * @param limit the name of the limit that routes use
 * @param plan the name of the limit that holds the bucket: the same, or an override of it
 * that the caller is under
 * @param planFrom how the caller comes to that plan, for people; {@code null} where the
 * limit has no plans
 * @param key the key under which the limiter holds the bucket
 * @param routes the ids of the routes whose requests draw on it
 */
public record CallerPlace(String limit, String plan, @Nullable String planFrom, String key, List<String> routes) {
}
