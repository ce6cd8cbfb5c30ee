package io.openclaw.tokenbucket.limiter;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;

import io.openclaw.tokenbucket.limiter.decision.Charge;
import io.openclaw.tokenbucket.limiter.decision.Decision;
import io.openclaw.tokenbucket.limiter.decision.JointDecision;
import io.openclaw.tokenbucket.limiter.decision.Outcome;
import io.openclaw.tokenbucket.limiter.decision.Reason;
import io.openclaw.tokenbucket.limiter.limit.Consistency;
import io.openclaw.tokenbucket.limiter.limit.LimitPolicy;
import io.openclaw.tokenbucket.limiter.limit.Mode;
import io.openclaw.tokenbucket.limiter.port.LimitStatus;

import static io.openclaw.tokenbucket.limiter.Fleets.BOB;
import static io.openclaw.tokenbucket.limiter.Fleets.limit;
import static io.openclaw.tokenbucket.limiter.Fleets.policy;
import static io.openclaw.tokenbucket.limiter.Fleets.tokens;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for limits in shadow mode, alone and beside others.
 */
class ShadowModeTests {

	private static final Duration CREDIT_WAIT = Duration.ofMillis(25);

	private final LocalMember alice = new LocalMember(
			policy(limit("enforced", 10, "0.000001", 10), Consistency.BOUNDED), shadow("shadow", 3), shadow("tiny", 1));

	@Test
	void consumesWhatItWouldAdmit() {
		Decision decision = this.alice.limiter().tryConsume("shadow", "4711", 2);
		assertThat(decision.outcome()).isEqualTo(Outcome.ADMITTED);
		assertThat(decision.mode()).isEqualTo(Mode.SHADOW);
		assertThat(level("shadow")).isEqualTo(tokens(1));
	}

	@Test
	void neverRejectsAndConsumesNothingOfWhatItWouldReject() {
		this.alice.limiter().tryConsume("shadow", "4711", 2);
		Decision decision = this.alice.limiter().tryConsume("shadow", "4711", 2);
		assertThat(decision.outcome()).isEqualTo(Outcome.SHADOW_REJECTED);
		assertThat(decision.isAdmitted()).isTrue();
		assertThat(decision.reason()).isEqualTo(Reason.EXHAUSTED);
		assertThat(level("shadow")).isEqualTo(tokens(1));
	}

	@Test
	void aCostAboveItsCapacityIsNoObstacle() {
		Decision decision = this.alice.limiter().tryConsume("tiny", "4711", 2);
		assertThat(decision.isAdmitted()).isTrue();
		assertThat(decision.reason()).isEqualTo(Reason.COST_ABOVE_CAPACITY);
		assertThat(level("tiny")).isEqualTo(tokens(1));
	}

	@Test
	void doesNotKeepEnforcedLimitsFromAdmittingNorFromCharging() {
		this.alice.limiter().tryConsume("shadow", "4711", 3);
		JointDecision decision = ask(1, "shadow", "enforced");
		assertThat(decision.isAdmitted()).isTrue();
		assertThat(decision.decisions()).extracting(Decision::outcome)
			.containsExactly(Outcome.SHADOW_REJECTED, Outcome.ADMITTED);
		assertThat(level("enforced")).isEqualTo(tokens(9));
	}

	@Test
	void shadowsDecideEachForItself() {
		this.alice.limiter().tryConsume("tiny", "4711", 1);
		JointDecision decision = ask(1, "tiny", "shadow", "enforced");
		assertThat(decision.decisions()).extracting(Decision::outcome)
			.containsExactly(Outcome.SHADOW_REJECTED, Outcome.ADMITTED, Outcome.ADMITTED);
		assertThat(level("shadow")).isEqualTo(tokens(2));
	}

	@Test
	void isNotChargedForWhatEnforcedLimitsReject() {
		this.alice.limiter().tryConsume("enforced", "4711", 10);
		JointDecision decision = ask(1, "shadow", "enforced");
		assertThat(decision.outcome()).isEqualTo(Outcome.REJECTED);
		assertThat(decision.decisions()).extracting(Decision::reason)
			.containsExactly(Reason.OTHER_LIMIT, Reason.EXHAUSTED);
		assertThat(decision.decisions()).extracting(Decision::mode).containsExactly(Mode.SHADOW, Mode.ENFORCE);
		assertThat(level("shadow")).isEqualTo(tokens(3));
	}

	@Test
	void isChargedOnceEnforcedLimitsThatWaitHaveAdmitted() {
		this.alice.hear(BOB);
		this.alice.limiter().tryConsume("enforced", "4711", 5);
		JointDecision waiting = ask(2, "shadow", "enforced");
		assertThat(waiting.outcome()).isEqualTo(Outcome.WAITING);
		assertThat(level("shadow")).isEqualTo(tokens(3));
		this.alice.publish();
		this.alice.acknowledge();
		assertThat(completion(waiting)).isCompletedWithValueMatching(JointDecision::isAdmitted);
		assertThat(level("shadow")).isEqualTo(tokens(1));
		assertThat(this.alice.counted()).hasSize(3);
	}

	@Test
	void isNotChargedForARequestThatLeavesWhileItWaits() {
		this.alice.hear(BOB);
		this.alice.limiter().tryConsume("enforced", "4711", 5);
		JointDecision waiting = ask(2, "shadow", "enforced");
		completion(waiting).cancel(false);
		this.alice.advance(CREDIT_WAIT);
		assertThat(level("shadow")).isEqualTo(tokens(3));
		assertThat(level("enforced")).isEqualTo(tokens(5));
	}

	@Test
	void delaysNothingAlthoughItIsShortOfCredit() {
		this.alice.hear(BOB);
		this.alice.limiter().tryConsume("shadow", "4711", 2);
		Decision decision = this.alice.limiter().tryConsume("shadow", "4711", 1);
		assertThat(decision.outcome()).isEqualTo(Outcome.ADMITTED);
		assertThat(decision.reason()).isEqualTo(Reason.LEVEL);
	}

	@Test
	void whatItWouldHaveRejectedIsCountedApart() {
		for (int i = 0; i < 5; i++) {
			ask(1, "shadow", "enforced");
		}
		LimitStatus status = this.alice.limiter().status("shadow");
		assertThat(status.admitted()).isEqualTo(3);
		assertThat(status.shadowRejected()).isEqualTo(2);
		assertThat(status.rejected()).isZero();
	}

	private static LimitPolicy shadow(String name, long capacity) {
		return new LimitPolicy(limit(name, capacity, "0.000001", capacity), Consistency.STRICT, CREDIT_WAIT,
				Mode.SHADOW);
	}

	private JointDecision ask(long tokens, String... limits) {
		List<Charge> charges = Stream.of(limits).map((limit) -> new Charge(limit, "4711", tokens)).toList();
		return this.alice.limiter().tryConsume(charges);
	}

	private static CompletableFuture<JointDecision> completion(JointDecision waiting) {
		return waiting.completion().toCompletableFuture();
	}

	private long level(String limit) {
		return this.alice.limiter().peek(limit, "4711").level();
	}

}
