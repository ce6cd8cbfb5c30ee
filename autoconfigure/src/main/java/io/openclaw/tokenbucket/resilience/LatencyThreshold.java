package io.openclaw.tokenbucket.resilience;

import java.time.Duration;

/**
 * How long the answers of an upstream may take to begin. Immutable.
 *
 * @param duration beyond which an answer is slow, positive
 * @param property where it is configured, for people
 */
public record LatencyThreshold(Duration duration, String property) {
}
