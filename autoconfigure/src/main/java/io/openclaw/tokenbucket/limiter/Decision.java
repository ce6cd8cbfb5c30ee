package io.openclaw.tokenbucket.limiter;

import java.time.Duration;
import java.util.concurrent.CompletionStage;

import org.jspecify.annotations.Nullable;

import io.openclaw.tokenbucket.crdt.Limit;
import io.openclaw.tokenbucket.crdt.MicroTokens;

/**
 * The decision about one request and one limit. Immutable.
 *
 * @param outcome admitted, rejected, or waiting
 * @param reason why
 * @param limit the limit as it was defined at the time
 * @param remaining micro-tokens left to spend here after the decision, not negative
 * @param nanosToWait nanoseconds until a request of the same cost would be admitted if
 * nobody else spent; zero if it would be now, {@link Long#MAX_VALUE} if never
 * @param completion completes with the final decision, never exceptionally; present only
 * while waiting. Cancelling it through {@link CompletionStage#toCompletableFuture()}
 * takes the promise back and consumes nothing, unless it is admitted at that moment
 */
public record Decision(Outcome outcome, Reason reason, Limit limit, long remaining, long nanosToWait,
		@Nullable CompletionStage<Decision> completion) {

	/**
	 * Whether the tokens are consumed.
	 * @return {@code true} if admitted
	 */
	public boolean isAdmitted() {
		return this.outcome == Outcome.ADMITTED;
	}

	/**
	 * Tokens left to spend here.
	 * @return whole tokens, rounded down
	 */
	public long remainingTokens() {
		return MicroTokens.toWholeTokens(this.remaining);
	}

	/**
	 * How long until the same cost would be admitted.
	 * @return the wait
	 */
	public Duration timeToWait() {
		return Duration.ofNanos(this.nanosToWait);
	}

}
