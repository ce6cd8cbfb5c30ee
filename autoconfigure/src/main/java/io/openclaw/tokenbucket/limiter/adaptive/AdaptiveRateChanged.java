package io.openclaw.tokenbucket.limiter.adaptive;

/**
 * The refill rate that a limit's upstream bears changed. Published as an event of the
 * application, at most once a second for each limit. Immutable.
 *
 * @param limit the name of the limit
 * @param from the factor of the configured rate before, from the floor to 1
 * @param to the factor now
 * @param applied whether buckets refill at it; {@code false} if it is only shown
 */
public record AdaptiveRateChanged(String limit, double from, double to, boolean applied) {
}
