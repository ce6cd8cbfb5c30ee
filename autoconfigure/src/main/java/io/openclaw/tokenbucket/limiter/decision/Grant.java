package io.openclaw.tokenbucket.limiter.decision;

/**
 * The answer to a request for up to a number of tokens. Immutable.
 *
 * @param tokens whole tokens that may be used, not negative; a limit in shadow mode
 * grants all that the caller asked for
 * @param decision the decision about these tokens, or about one token if none was
 * granted; never waiting. {@link Decision#nanosToWait()} is zero if the bucket has tokens
 * that other members may be spending. They are free again a moment later
 */
public record Grant(long tokens, Decision decision) {
}
