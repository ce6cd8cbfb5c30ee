package io.openclaw.tokenbucket.resilience;

import java.time.Duration;

/**
 * The time within which answers of an upstream must begin. Immutable.
 *
 * @param duration beyond which an answer is slow, positive
 * @param property where it is configured, for people
 */
public record LatencyThreshold(Duration duration, String property) {
}
