package io.openclaw.tokenbucket.observability.endpoint;

import java.util.List;

/**
 * Where the limiter may hold a bucket of a caller. Immutable.
 *
 * @param limit the name of the limit that routes use
 * @param plan the name of the limit that holds the bucket: the same, or an override of it
 * that lists the caller
 * @param key the key under which the limiter holds the bucket
 * @param routes the ids of the routes whose requests draw on it
 */
public record CallerPlace(String limit, String plan, String key, List<String> routes) {
}
