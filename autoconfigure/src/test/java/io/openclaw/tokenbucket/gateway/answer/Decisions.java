package io.openclaw.tokenbucket.gateway.answer;

import java.math.BigDecimal;
import java.time.Duration;

import io.openclaw.tokenbucket.crdt.Limit;
import io.openclaw.tokenbucket.crdt.MicroTokens;
import io.openclaw.tokenbucket.crdt.RefillRate;
import io.openclaw.tokenbucket.limiter.decision.Decision;
import io.openclaw.tokenbucket.limiter.decision.Outcome;
import io.openclaw.tokenbucket.limiter.decision.Reason;

/**
 * Decisions for tests.
 */
final class Decisions {

	private Decisions() {
	}

	static Decision admitted(String limit, long capacity, String rate, double remaining) {
		return new Decision(Outcome.ADMITTED, Reason.CREDIT, limit(limit, capacity, rate),
				Math.round(remaining * MicroTokens.PER_TOKEN), 0, null);
	}

	static Decision rejected(String limit, Reason reason, Duration wait) {
		return rejected(limit, reason, wait.toNanos());
	}

	static Decision rejected(String limit, Reason reason, long nanosToWait) {
		return new Decision(Outcome.REJECTED, reason, limit(limit, 10, "1"), 0, nanosToWait, null);
	}

	private static Limit limit(String name, long capacity, String rate) {
		long micro = MicroTokens.ofTokens(capacity);
		return new Limit(name, micro, RefillRate.perSecond(new BigDecimal(rate)), micro, 0);
	}

}
