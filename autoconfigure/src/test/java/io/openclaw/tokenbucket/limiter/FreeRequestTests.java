package io.openclaw.tokenbucket.limiter;

import java.time.Duration;
import java.util.List;

import org.junit.jupiter.api.Test;

import io.openclaw.tokenbucket.crdt.Birth;
import io.openclaw.tokenbucket.crdt.Limit;
import io.openclaw.tokenbucket.crdt.TokenBucketState;
import io.openclaw.tokenbucket.limiter.decision.Charge;
import io.openclaw.tokenbucket.limiter.decision.Decision;
import io.openclaw.tokenbucket.limiter.decision.JointDecision;
import io.openclaw.tokenbucket.limiter.decision.Outcome;
import io.openclaw.tokenbucket.limiter.decision.Reason;
import io.openclaw.tokenbucket.limiter.limit.Consistency;
import io.openclaw.tokenbucket.limiter.limit.LimitPolicy;
import io.openclaw.tokenbucket.limiter.limit.Mode;

import static io.openclaw.tokenbucket.limiter.Fleets.BOB;
import static io.openclaw.tokenbucket.limiter.Fleets.limit;
import static io.openclaw.tokenbucket.limiter.Fleets.policy;
import static io.openclaw.tokenbucket.limiter.Fleets.tokens;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * Requests that cost nothing. They are admitted, and change nothing.
 */
class FreeRequestTests {

	private static final Limit LIMIT = limit(10, "1");

	private final LocalMember member = new LocalMember(policy(LIMIT, Consistency.STRICT),
			policy(limit("other", 1, "1", 1), Consistency.STRICT));

	@Test
	void aFreeRequestIsAdmittedWhileTheBucketIsBelowZero() {
		this.member.hear(BOB);
		this.member.merge(TokenBucketState.empty().consume(new Birth(BOB, 1), tokens(15)));
		assertThat(this.member.status().level()).isNegative();
		assertThat(this.member.consume(1).outcome()).isEqualTo(Outcome.REJECTED);
		Decision free = this.member.consume(0);
		assertThat(free.outcome()).isEqualTo(Outcome.ADMITTED);
		assertThat(free.remaining()).isZero();
		assertThat(free.nanosToWait()).isZero();
	}

	@Test
	void aFreeRequestDoesNotWaitBehindOthers() {
		this.member.hear(BOB);
		while (this.member.consume(1).outcome() != Outcome.WAITING) {
			assertThat(this.member.status().level()).isPositive();
		}
		assertThat(this.member.consume(0).outcome()).isEqualTo(Outcome.ADMITTED);
		assertThat(this.member.status().waiting()).isOne();
	}

	@Test
	void aFreeRequestNeitherCreatesABucketNorHasOnePublished() {
		this.member.hear(BOB);
		assertThat(this.member.consume(0).isAdmitted()).isTrue();
		assertThat(this.member.limiter().activeKeys(LocalMember.LIMIT)).isZero();
		this.member.consume(1);
		this.member.publish();
		assertThat(this.member.consume(0).isAdmitted()).isTrue();
		assertThat(this.member.publish()).isEmpty();
	}

	@Test
	void aFreeRequestIsAdmittedWhereOnlyShadowsAreLeft() {
		LocalMember shadowed = new LocalMember(
				new LimitPolicy(LIMIT, Consistency.BOUNDED, Duration.ofMillis(25), Mode.SHADOW));
		shadowed.hear(BOB);
		shadowed.merge(TokenBucketState.empty().consume(new Birth(BOB, 1), tokens(15)));
		assertThat(shadowed.consume(0).outcome()).isEqualTo(Outcome.ADMITTED);
	}

	@Test
	void ofSeveralLimitsThoseThatAreFreeHaveNoSay() {
		this.member.hear(BOB);
		this.member.merge(TokenBucketState.empty().consume(new Birth(BOB, 1), tokens(15)));
		List<Charge> charges = List.of(new Charge(LocalMember.LIMIT, LocalMember.KEY, 0), new Charge("other", "k", 1));
		assertThat(this.member.limiter().tryConsume(charges).outcome()).isEqualTo(Outcome.ADMITTED);
		JointDecision rejected = this.member.limiter().tryConsume(charges);
		assertThat(rejected.outcome()).isEqualTo(Outcome.REJECTED);
		assertThat(rejected.decisions()).extracting(Decision::reason)
			.containsExactly(Reason.OTHER_LIMIT, Reason.EXHAUSTED);
		assertThat(rejected.decisions().get(0).nanosToWait()).isZero();
	}

}
