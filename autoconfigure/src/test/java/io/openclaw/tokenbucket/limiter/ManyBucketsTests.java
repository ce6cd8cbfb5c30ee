package io.openclaw.tokenbucket.limiter;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongFunction;

import org.junit.jupiter.api.Test;

import io.openclaw.tokenbucket.crdt.Birth;
import io.openclaw.tokenbucket.crdt.TokenBucketState;
import io.openclaw.tokenbucket.limiter.decision.Decision;
import io.openclaw.tokenbucket.limiter.decision.Outcome;
import io.openclaw.tokenbucket.limiter.limit.Consistency;
import io.openclaw.tokenbucket.limiter.limit.LimitDefinition;
import io.openclaw.tokenbucket.limiter.limit.LimitSource;
import io.openclaw.tokenbucket.limiter.membership.MembershipView;
import io.openclaw.tokenbucket.simulation.VirtualTime;

import static io.openclaw.tokenbucket.limiter.Fleets.ALICE;
import static io.openclaw.tokenbucket.limiter.Fleets.BOB;
import static io.openclaw.tokenbucket.limiter.Fleets.CAROL;
import static io.openclaw.tokenbucket.limiter.Fleets.heard;
import static io.openclaw.tokenbucket.limiter.Fleets.limit;
import static io.openclaw.tokenbucket.limiter.Fleets.lost;
import static io.openclaw.tokenbucket.limiter.Fleets.policy;
import static io.openclaw.tokenbucket.limiter.Fleets.tokens;
import static io.openclaw.tokenbucket.limiter.Fleets.view;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * What a change costs the thread that makes it where there are many buckets. In fallback
 * each bucket that is touched asks for its part: so they are counted.
 */
class ManyBucketsTests {

	private static final int BUCKETS = 300_000;

	private static final int SLICE = 5_000;

	private final AtomicInteger touched = new AtomicInteger();

	private final LocalMember member = new LocalMember(new VirtualTime(), ALICE, BUCKETS + 1,
			policy(limit("many", 100, "1", 100), Consistency.BOUNDED),
			policy(limit("few", 100, "1", 100), Consistency.BOUNDED));

	@Test
	void aChangeTouchesOnlyBucketsThatRequestsWaitFor() {
		use(BUCKETS);
		Decision waiting = waiting();
		hearNobody();
		assertThat(waiting.completion()).isCompleted();
		this.member.hear(BOB, CAROL);
		new LimitControl(this.member.store(), this.member.time()).edit("many",
				(current) -> new LimitDefinition(current.limit(), current.edit(), Consistency.STRICT, current.mode()),
				LimitSource.ENDPOINT);
		this.member.store().changes().recover("few", this.member.now());
		assertThat(this.touched).hasValue(0);
	}

	@Test
	void aTickTouchesAFewAndTheTicksThatFollowTouchAll() {
		use(5 * SLICE);
		hearNobody();
		for (int tick = 1; tick <= 5; tick++) {
			this.member.tick();
			assertThat(this.touched).hasValueBetween(tick * SLICE, 3 * tick * SLICE);
		}
	}

	@Test
	void aTickTouchesFewerTheMoreChangesTheyHaveYetToFollow() {
		use(5 * SLICE);
		for (int change = 0; change < 20; change++) {
			hearNobody();
			this.member.hear(BOB, CAROL);
		}
		this.member.tick();
		assertThat(this.touched).hasValueBetween(SLICE / 40, 3 * SLICE / 40);
	}

	@Test
	void membersThatAreReunitedTellAllTogetherNoMoreThanEachCanMerge() {
		use(5 * SLICE);
		this.member.publish();
		hearNobody();
		this.member.hear(BOB, CAROL);
		this.member.advance(Duration.ofMillis(600));
		this.member.hear(BOB, CAROL);
		this.member.publish();
		this.member.tick();
		assertThat(this.member.publish()).hasSizeBetween(1, SLICE / 3 + 1);
	}

	@Test
	void whatHappenedBetweenTwoTouchesCountsFromWhenItDid() {
		LocalMember asked = new LocalMember(policy(limit(1000, "10"), Consistency.BOUNDED));
		LocalMember idle = new LocalMember(policy(limit(1000, "10"), Consistency.BOUNDED));
		for (LocalMember each : List.of(asked, idle)) {
			each.hear(BOB, CAROL);
			each.merge(TokenBucketState.empty().consume(new Birth(BOB, 1), tokens(900)));
			change(each, (now) -> view(now, ALICE, heard(BOB, now), lost(CAROL, now, now)));
			ask(asked);
			change(each, (now) -> view(now, ALICE, lost(BOB, now, now), lost(CAROL, now, now)));
			ask(asked);
			change(each, (now) -> view(now, ALICE, heard(BOB, now)));
		}
		assertThat(idle.status()).isEqualTo(asked.status());
		assertThat(idle.status().state().granted().get(CAROL)).isPositive();
	}

	private static void change(LocalMember member, LongFunction<MembershipView> view) {
		member.advance(Duration.ofMillis(1100));
		member.store().membershipChanged(view.apply(member.now()), member.now());
	}

	private static void ask(LocalMember member) {
		assertThat(member.status().level()).isPositive();
	}

	private void use(int buckets) {
		this.member.hear(BOB, CAROL);
		for (int key = 0; key < buckets; key++) {
			this.member.limiter().tryConsume("many", "key-" + key, 1);
		}
		this.member.store().changes().fallBack("many", (members) -> {
			this.touched.incrementAndGet();
			return 1.0 / members;
		});
	}

	private void hearNobody() {
		long now = this.member.now();
		this.member.store().membershipChanged(view(now, ALICE, lost(BOB, now, now), lost(CAROL, now, now)), now);
	}

	private Decision waiting() {
		Decision decision = this.member.limiter().tryConsume("few", "k", 1);
		while (decision.outcome() != Outcome.WAITING) {
			decision = this.member.limiter().tryConsume("few", "k", 1);
		}
		return decision;
	}

}
