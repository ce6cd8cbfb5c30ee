package io.openclaw.tokenbucket.limiter.bucket;

import java.util.concurrent.TimeUnit;

import org.jspecify.annotations.Nullable;

import io.openclaw.tokenbucket.crdt.Limit;
import io.openclaw.tokenbucket.crdt.MicroTokens;
import io.openclaw.tokenbucket.limiter.decision.Decision;

/**
 * A rejection that holds for all requests of the same cost until the next token flows in.
 * It also ends with the rules that it went by, and after a while so that a bucket under
 * attack is still used. Amounts are micro-tokens, times nanoseconds of one clock.
 * Immutable.
 *
 * @param limit the context of the bucket
 * @param step the rules at the time
 * @param decision the rejection
 * @param cost what the request cost
 * @param since when it was made
 * @param nanos for how long it holds
 */
record StandingRejection(LimitContext limit, ContextStep step, Decision decision, long cost, long since, long nanos) {

	private static final long MAX_NANOS = TimeUnit.MILLISECONDS.toNanos(10);

	static StandingRejection of(LimitContext limit, ContextStep step, Decision decision, long cost, long now) {
		// What has accrued of each member's next micro-token shows in no level.
		long early = decision.limit().refillRate().nanosToAccrue(step.view().size());
		long nanos = Math.min(decision.nanosToWait(), nanosToNextToken(decision)) - early;
		return new StandingRejection(limit, step, decision, cost, now, Math.min(MAX_NANOS, nanos));
	}

	// What is left is said in whole tokens.
	private static long nanosToNextToken(Decision decision) {
		Limit limit = decision.limit();
		long missing = MicroTokens.PER_TOKEN - Math.floorMod(decision.remaining(), MicroTokens.PER_TOKEN);
		return limit.refillRate().nanosToAccrue(missing);
	}

	/**
	 * Rejects another request without asking the bucket.
	 * @return the decision; {@code null} if the bucket must be asked
	 */
	@Nullable Decision repeat(long askedCost, long now) {
		long elapsed = now - this.since;
		boolean holds = askedCost == this.cost && elapsed >= 0 && elapsed < this.nanos
				&& this.limit.asOf(now) == this.step;
		return holds ? this.decision.after(elapsed) : null;
	}

}
