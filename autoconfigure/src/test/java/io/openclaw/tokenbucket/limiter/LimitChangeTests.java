package io.openclaw.tokenbucket.limiter;

import java.math.BigDecimal;
import java.time.Duration;
import java.util.Map;

import org.junit.jupiter.api.Test;

import io.openclaw.tokenbucket.crdt.Birth;
import io.openclaw.tokenbucket.crdt.GCounter;
import io.openclaw.tokenbucket.crdt.Limit;
import io.openclaw.tokenbucket.crdt.RefillRate;
import io.openclaw.tokenbucket.crdt.TokenBucketState;
import io.openclaw.tokenbucket.limiter.decision.Decision;
import io.openclaw.tokenbucket.limiter.decision.Outcome;
import io.openclaw.tokenbucket.limiter.decision.Reason;
import io.openclaw.tokenbucket.limiter.limit.Consistency;
import io.openclaw.tokenbucket.limiter.limit.LimitDefinition;
import io.openclaw.tokenbucket.limiter.limit.LimitSource;
import io.openclaw.tokenbucket.limiter.membership.MembershipView;

import static io.openclaw.tokenbucket.limiter.Fleets.tokens;
import static org.assertj.core.api.Assertions.assertThat;

class LimitChangeTests {

	private static final String SLOW = "0.001";

	private final LocalMember member = new LocalMember(Fleets.policy(Fleets.limit(100, SLOW), Consistency.STRICT));

	private final LimitControl control = new LimitControl(this.member.store(), this.member.time());

	@Test
	void whatIsThereStaysThereWhenTheCapacityGrows() {
		this.member.consume(70);
		change(1000, SLOW);
		assertThat(this.member.status().level()).isEqualTo(tokens(30));
		assertThat(this.member.consume(31).isAdmitted()).isFalse();
		change(100, SLOW);
		change(1000, SLOW);
		assertThat(this.member.status().level()).isEqualTo(tokens(30));
	}

	@Test
	void refillIsSettledUnderTheOldRateAndGoesOnUnderTheNew() {
		this.member.consume(100);
		change(100, "3");
		this.member.advance(Duration.ofSeconds(5));
		change(100, "7");
		this.member.advance(Duration.ofSeconds(2));
		assertThat(this.member.status().level()).isEqualTo(tokens(15 + 14));
	}

	@Test
	void aLossThatNobodyHasNoticedYetCountsFromWhenItHappened() {
		long now = this.member.now();
		MembershipView untilDeadline = Fleets.view(now, Fleets.ALICE,
				Fleets.heardUntil(Fleets.BOB, now, now + Duration.ofSeconds(1).toNanos()));
		this.member.store().membershipChanged(untilDeadline, now);
		while (this.member.consume(1).isAdmitted()) {
			this.member.publish();
			this.member.acknowledge();
		}
		change(100, "10");
		this.member.advance(Duration.ofSeconds(5));
		change(100, "20");
		this.member.advance(Duration.ofSeconds(1));
		assertThat(this.member.status().level()).isEqualTo(tokens(10 + 4 * 5 + 10));
	}

	@Test
	void whatIsAboveACapacityThatShrankIsConsumedByTheSmallestOnceAllAreHeard() {
		this.member.hear(Fleets.BOB);
		this.member.consume(1);
		change(40, SLOW);
		assertThat(this.member.status().level()).isEqualTo(tokens(40));
		assertThat(this.member.status().state().consumed().sum()).isEqualTo(tokens(60));
		assertThat(this.member.publish()).hasSize(1);

		LocalMember bob = new LocalMember(this.member.time(), Fleets.BOB, 10,
				Fleets.policy(Fleets.limit(100, SLOW), Consistency.STRICT));
		bob.hear(Fleets.ALICE);
		bob.consume(1);
		change(new LimitControl(bob.store(), bob.time()), 40, SLOW);
		assertThat(bob.status().level()).isEqualTo(tokens(99));
		assertThat(bob.status().spendable()).isEqualTo(tokens(40));
	}

	@Test
	void requestsThatWaitAreDecidedAnew() {
		this.member.hear(Fleets.BOB);
		this.member.consume(1);
		this.member.publish();
		Decision waiting = this.member.consume(60);
		assertThat(waiting.outcome()).isEqualTo(Outcome.WAITING);
		change(50, SLOW);
		Decision answer = waiting.completion().toCompletableFuture().getNow(waiting);
		assertThat(answer.outcome()).isEqualTo(Outcome.REJECTED);
		assertThat(answer.reason()).isEqualTo(Reason.COST_ABOVE_CAPACITY);
		assertThat(answer.nanosToWait()).isEqualTo(Long.MAX_VALUE);
		assertThat(this.member.status().spendable()).isEqualTo(tokens(50));
	}

	@Test
	void aFreshBucketIsWhatOneThatWasFullBecame() {
		assertThat(level("never seen")).isEqualTo(tokens(100));
		change(30, "1");
		assertThat(level("never seen")).isEqualTo(tokens(30));
		this.member.advance(Duration.ofHours(1));
		change(200, "2");
		assertThat(level("never seen")).isEqualTo(tokens(30));
		this.member.advance(Duration.ofSeconds(10));
		assertThat(level("never seen")).isEqualTo(tokens(50));
		this.member.advance(Duration.ofHours(1));
		assertThat(level("never seen")).isEqualTo(tokens(200));
	}

	@Test
	void newKeysBeginWithTheInitialTokensOfTheNewDefinitionAndOthersKeepTheirs() {
		this.member.consume(100);
		begin(200, 200);
		assertThat(level("never seen")).isEqualTo(tokens(200));
		assertThat(this.member.status().level()).isZero();
		begin(200, 0);
		assertThat(level("never seen")).isEqualTo(tokens(200));
	}

	@Test
	void aBucketThatBeganWithNothingDoesNotGainWhatNewOnesBeginWith() {
		LocalMember empty = new LocalMember(Fleets.policy(
				new Limit(LocalMember.LIMIT, tokens(100), RefillRate.perSecond(new BigDecimal(SLOW)), 0, 0),
				Consistency.STRICT));
		empty.consume(1);
		LimitControl emptyControl = new LimitControl(empty.store(), empty.time());
		emptyControl.edit(LocalMember.LIMIT, (current) -> definition(current, 100, 100), LimitSource.ENDPOINT);
		assertThat(empty.status().level()).isLessThanOrEqualTo(1);
	}

	@Test
	void aBucketBeginsWithWhatItBeganWithElsewhere() {
		change(30, SLOW);
		this.member.hear(Fleets.BOB);
		TokenBucketState old = new TokenBucketState(GCounter.of(Map.of(new Birth(Fleets.BOB, 1), tokens(90))),
				GCounter.empty(), GCounter.empty(), tokens(100));
		this.member.merge(old);
		assertThat(this.member.status().level()).isEqualTo(tokens(10));
	}

	@Test
	void aStateMeansTheSameWhateverIsLearnedFirst() {
		LocalMember other = new LocalMember(this.member.time(), Fleets.CAROL, 10,
				Fleets.policy(Fleets.limit(100, SLOW), Consistency.STRICT));
		TokenBucketState spent = new TokenBucketState(GCounter.of(Map.of(new Birth(Fleets.BOB, 1), tokens(75))),
				GCounter.empty(), GCounter.empty(), tokens(100));
		change(30, SLOW);
		this.member.merge(spent);
		other.merge(spent);
		change(new LimitControl(other.store(), other.time()), 30, SLOW);
		assertThat(this.member.status().level()).isEqualTo(other.status().level()).isEqualTo(tokens(25));
	}

	@Test
	void tokensGivenBackAreNoMoreThanWereSpentAndNeverAboveTheCapacity() {
		this.member.consume(50);
		assertThat(this.control.giveBack(LocalMember.LIMIT, LocalMember.KEY, tokens(20))).hasValue(tokens(20));
		assertThat(this.member.status().level()).isEqualTo(tokens(70));
		change(80, SLOW);
		assertThat(this.control.giveBack(LocalMember.LIMIT, LocalMember.KEY, tokens(20))).hasValue(tokens(10));
		assertThat(this.member.status().level()).isEqualTo(tokens(80));
		change(1000, SLOW);
		assertThat(this.control.giveBack(LocalMember.LIMIT, LocalMember.KEY, tokens(500))).hasValue(tokens(20));
		assertThat(this.control.giveBack(LocalMember.LIMIT, "never seen", tokens(1))).isEmpty();
		assertThat(this.control.giveBack("unknown", LocalMember.KEY, tokens(1))).isEmpty();
	}

	private void begin(long capacity, long initial) {
		this.control.edit(LocalMember.LIMIT, (current) -> definition(current, capacity, initial), LimitSource.ENDPOINT);
	}

	private static LimitDefinition definition(LimitDefinition current, long capacity, long initial) {
		return new LimitDefinition(new Limit(LocalMember.LIMIT, tokens(capacity), current.limit().refillRate(),
				tokens(initial), current.limit().revision()), 0, current.consistency(), current.mode());
	}

	private long level(String key) {
		return this.member.limiter().peek(LocalMember.LIMIT, key).level();
	}

	private void change(long capacity, String perSecond) {
		change(this.control, capacity, perSecond);
	}

	private static void change(LimitControl control, long capacity, String perSecond) {
		control.edit(LocalMember.LIMIT, (current) -> new LimitDefinition(limit(current, capacity, perSecond), 0,
				current.consistency(), current.mode()), LimitSource.ENDPOINT);
	}

	private static Limit limit(LimitDefinition current, long capacity, String perSecond) {
		return new Limit(LocalMember.LIMIT, tokens(capacity), RefillRate.perSecond(new BigDecimal(perSecond)),
				Math.min(current.limit().initial(), tokens(capacity)), current.limit().revision());
	}

}
