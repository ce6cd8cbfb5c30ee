package io.openclaw.tokenbucket.limiter.decision;

import java.time.Duration;
import java.util.concurrent.CompletionStage;

import org.jspecify.annotations.Nullable;

import io.openclaw.tokenbucket.crdt.Limit;
import io.openclaw.tokenbucket.crdt.MicroTokens;
import io.openclaw.tokenbucket.limiter.limit.Mode;

/**
 * The decision about one request and one limit. Immutable.
 *
 * @param outcome admitted, rejected, or waiting
 * @param reason why
 * @param limit the limit as it was defined at the time
 * @param remaining micro-tokens left to spend here after the decision, not negative. A
 * rejection that repeats another tells what was left then: as many whole tokens
 * @param nanosToWait nanoseconds until a request of the same cost would be admitted if no
 * other spends; zero if at once, {@link Long#MAX_VALUE} if never
 * @param completion completes with the final decision, never exceptionally; present only
 * while waiting. Cancelling it through {@link CompletionStage#toCompletableFuture()}
 * takes the reservation back. Tokens that were consumed by then are given back
 * @param mode whether the limit was enforced at the time
 * @param settlement settles what was taken in advance; present only where the request is
 * admitted and its {@linkplain Charge charge} was in advance
 */
public record Decision(Outcome outcome, Reason reason, Limit limit, long remaining, long nanosToWait,
		@Nullable CompletionStage<Decision> completion, Mode mode, @Nullable Settlement settlement) {

	/**
	 * Creates the decision of a limit that is enforced.
	 * @param outcome admitted, rejected, or waiting
	 * @param reason why
	 * @param limit the limit as it was defined at the time
	 * @param remaining micro-tokens left to spend here after the decision
	 * @param nanosToWait nanoseconds until a request of the same cost would be admitted
	 * @param completion completes with the final decision
	 */
	public Decision(Outcome outcome, Reason reason, Limit limit, long remaining, long nanosToWait,
			@Nullable CompletionStage<Decision> completion) {
		this(outcome, reason, limit, remaining, nanosToWait, completion, Mode.ENFORCE, null);
	}

	/**
	 * Whether this limit lets the request go on: its tokens are consumed, or the limit is
	 * in shadow mode and would have rejected it.
	 * @return {@code true} if it does
	 */
	public boolean isAdmitted() {
		return this.outcome == Outcome.ADMITTED || this.outcome == Outcome.SHADOW_REJECTED;
	}

	/**
	 * The same as the decision of a limit that rejects nothing.
	 * @return a decision that lets the request go on
	 */
	public Decision inShadow() {
		return new Decision((this.outcome == Outcome.REJECTED) ? Outcome.SHADOW_REJECTED : this.outcome, this.reason,
				this.limit, this.remaining, this.nanosToWait, this.completion, Mode.SHADOW, this.settlement);
	}

	/**
	 * The same while it waits.
	 * @param later completes with the final decision
	 */
	public Decision completedBy(@Nullable CompletionStage<Decision> later) {
		return new Decision(this.outcome, this.reason, this.limit, this.remaining, this.nanosToWait, later, this.mode,
				this.settlement);
	}

	/**
	 * The same for a request that comes later.
	 * @param nanos how much later; less than the wait
	 * @return a decision with what is left of the wait
	 */
	public Decision after(long nanos) {
		long left = (this.nanosToWait == Long.MAX_VALUE) ? Long.MAX_VALUE : this.nanosToWait - nanos;
		return new Decision(this.outcome, this.reason, this.limit, this.remaining, left, this.completion, this.mode,
				this.settlement);
	}

	/**
	 * The same of a request that paid in advance.
	 * @param later settles what it paid
	 */
	public Decision settledBy(Settlement later) {
		return new Decision(this.outcome, this.reason, this.limit, this.remaining, this.nanosToWait, this.completion,
				this.mode, later);
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
