package io.openclaw.tokenbucket.limiter.decision;

/**
 * What a request got that takes fewer tokens than it asks for rather than wait.
 * Immutable.
 *
 * @param tokens whole tokens that may be used, not negative; a limit in shadow mode
 * grants all that was asked for
 * @param decision the decision about so many tokens, or about one where none was granted;
 * never waiting. {@link Decision#nanosToWait()} is zero where there are tokens that other
 * members may be spending as well: they are free again a moment later
 */
public record Grant(long tokens, Decision decision) {
}
