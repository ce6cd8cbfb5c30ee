package io.openclaw.tokenbucket.resilience;

/**
 * A limit fell back at this member, or recovered. Published as an event of the
 * application. Immutable.
 *
 * @param limit the name of the limit
 * @param active whether this member spends its own part of the limit from now on
 * @param drift the spending beyond the rules in the last window, as a part of the
 * capacity
 */
public record FallbackChanged(String limit, boolean active, double drift) {
}
