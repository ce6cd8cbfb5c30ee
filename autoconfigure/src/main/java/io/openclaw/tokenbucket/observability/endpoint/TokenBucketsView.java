package io.openclaw.tokenbucket.observability.endpoint;

import java.util.Map;

/**
 * All limits of this member. Immutable.
 *
 * @param self this member: node id, {@code #} and incarnation
 * @param state how much of the fleet it hears: {@code healthy}, {@code joining},
 * {@code degraded}, {@code isolated}, {@code refused} or {@code replaced}
 * @param limits the limits by name
 */
public record TokenBucketsView(String self, String state, Map<String, LimitView> limits) {
}
