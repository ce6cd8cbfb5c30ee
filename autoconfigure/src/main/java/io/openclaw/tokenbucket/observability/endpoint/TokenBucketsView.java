package io.openclaw.tokenbucket.observability.endpoint;

import java.util.Map;

/**
 * All limits of this member. Immutable.
 *
 * @param self this member: node id, {@code #} and incarnation
 * @param state {@code healthy}, {@code joining}, {@code degraded} or {@code isolated}
 * @param limits the limits by name
 */
public record TokenBucketsView(String self, String state, Map<String, LimitView> limits) {
}
