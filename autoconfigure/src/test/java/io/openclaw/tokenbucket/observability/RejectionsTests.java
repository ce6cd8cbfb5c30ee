package io.openclaw.tokenbucket.observability;

import java.math.BigDecimal;
import java.time.Instant;
import java.time.InstantSource;

import org.junit.jupiter.api.Test;

import io.openclaw.tokenbucket.crdt.Limit;
import io.openclaw.tokenbucket.crdt.RefillRate;
import io.openclaw.tokenbucket.limiter.decision.Decision;
import io.openclaw.tokenbucket.limiter.decision.DecisionEvent;
import io.openclaw.tokenbucket.limiter.decision.Outcome;
import io.openclaw.tokenbucket.limiter.decision.Reason;

import static org.assertj.core.api.Assertions.assertThat;

class RejectionsTests {

	private Instant now = Instant.parse("2026-11-29T12:00:00Z");

	private final InstantSource clock = () -> this.now;

	private final Rejections rejections = new Rejections(this.clock);

	@Test
	void remembersHowManyAndTheLast() {
		decide("alice", Outcome.REJECTED, Reason.REDUCED_CAPACITY);
		this.now = this.now.plusSeconds(1);
		decide("alice", Outcome.REJECTED, Reason.EXHAUSTED);
		assertThat(this.rejections.find("rating", "alice"))
			.contains(new Rejections.Rejection("alice", 2, this.now, Reason.EXHAUSTED, 3));
		assertThat(this.rejections.find("search", "alice")).isEmpty();
	}

	@Test
	void whatThisLimitDidNotRejectIsNotRemembered() {
		decide("alice", Outcome.ADMITTED, Reason.CREDIT);
		decide("alice", Outcome.SHADOW_REJECTED, Reason.EXHAUSTED);
		decide("alice", Outcome.REJECTED, Reason.OTHER_LIMIT);
		assertThat(this.rejections.find("rating", "alice")).isEmpty();
	}

	@Test
	void anyNumberOfCallersTakesBoundedMemoryAndNotThePlaceOfOneWhoIsRejectedOften() {
		for (int i = 0; i < 10 * Rejections.MAX_REMEMBERED; i++) {
			decide("key-" + i, Outcome.REJECTED, Reason.EXHAUSTED);
			if (i % 100 == 0) {
				decide("often", Outcome.REJECTED, Reason.EXHAUSTED);
			}
		}
		assertThat(this.rejections.most("rating", Integer.MAX_VALUE))
			.hasSizeBetween(Rejections.MAX_REMEMBERED / 2, Rejections.MAX_REMEMBERED)
			.first()
			.extracting(Rejections.Rejection::key, Rejections.Rejection::count)
			.containsExactly("often", (long) (10 * Rejections.MAX_REMEMBERED + 99) / 100);
	}

	private void decide(String key, Outcome outcome, Reason reason) {
		Limit limit = new Limit("rating", 1, RefillRate.perSecond(BigDecimal.ONE), 1, 0);
		this.rejections
			.onDecision(new DecisionEvent(key, 3, new Decision(outcome, reason, limit, 0, 0, null), false, 100));
	}

}
