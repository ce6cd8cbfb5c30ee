package io.openclaw.tokenbucket.limiter.rule;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import io.openclaw.tokenbucket.crdt.Birth;
import io.openclaw.tokenbucket.crdt.Limit;
import io.openclaw.tokenbucket.crdt.MemberId;
import io.openclaw.tokenbucket.crdt.TokenBucketState;
import io.openclaw.tokenbucket.limiter.LocalMember;
import io.openclaw.tokenbucket.limiter.limit.Consistency;
import io.openclaw.tokenbucket.limiter.port.BucketKey;
import io.openclaw.tokenbucket.limiter.port.DriftListener;

import static io.openclaw.tokenbucket.limiter.Fleets.BOB;
import static io.openclaw.tokenbucket.limiter.Fleets.CAROL;
import static io.openclaw.tokenbucket.limiter.Fleets.limit;
import static io.openclaw.tokenbucket.limiter.Fleets.policy;
import static io.openclaw.tokenbucket.limiter.Fleets.tokens;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * What merges reveal beyond the rules: 100 tokens, 10 a second, three members, of which
 * each may have one request underway.
 */
class DriftWindowTests {

	private final LocalMember member = new LocalMember(policy(limit(100, "10"), Consistency.BOUNDED));

	private final List<Long> excesses = new ArrayList<>();

	private long spentByBob;

	@BeforeEach
	void listen() {
		this.member.hear(BOB, CAROL);
		this.member.store().reportDriftTo(new DriftListener() {

			@Override
			public void onWindow(BucketKey bucket, Limit limit, long excess, long sinceNanos, long now) {
				assertThat(bucket).isEqualTo(LocalMember.BUCKET);
				assertThat(now - sinceNanos).isGreaterThanOrEqualTo(Duration.ofSeconds(1).toNanos());
				DriftWindowTests.this.excesses.add(excess);
			}

			@Override
			public void onTick(long now) {
			}

		});
	}

	@Test
	void thereIsNoneWhereOthersSpendWhatWasThereAndWhatWasRefilled() {
		bobSpends(100);
		this.member.advance(Duration.ofSeconds(1));
		bobSpends(10);
		assertThat(this.excesses).containsExactly(0L);
	}

	@Test
	void whatOthersSpendBeyondIsExcess() {
		bobSpends(100);
		this.member.advance(Duration.ofSeconds(1));
		bobSpends(10 + 3 + 7);
		this.member.advance(Duration.ofSeconds(1));
		bobSpends(10 + 3 + 4);
		assertThat(this.excesses).containsExactly(tokens(7), tokens(4));
	}

	@Test
	void whatIsSpentHereIsNotThereForOthers() {
		bobSpends(1);
		this.member.advance(Duration.ofSeconds(1));
		this.member.consume(5);
		bobSpends(100 + 10 - 5 - 1 + 3 * 5 + 2);
		assertThat(this.excesses).containsExactly(tokens(2));
	}

	@Test
	void requestsAsLargeAsThoseHereMayBeUnderway() {
		bobSpends(100);
		this.member.advance(Duration.ofMillis(500));
		assertThat(this.member.consume(4).isAdmitted()).isTrue();
		this.member.advance(Duration.ofMillis(500));
		bobSpends(10 - 4 + 3 * 4 + 1);
		assertThat(this.excesses).containsExactly(tokens(1));
	}

	@Test
	void aDebtIsCountedOnce() {
		bobSpends(1);
		this.member.advance(Duration.ofSeconds(1));
		bobSpends(500);
		this.member.advance(Duration.ofSeconds(1));
		bobSpends(10);
		assertThat(this.excesses).hasSize(2).last().isEqualTo(0L);
	}

	@Test
	void whatIsRevealedOfAMemberThatIsNotHeardIsNone() {
		bobSpends(1);
		MemberId stranger = new MemberId("eve", 1);
		this.member.merge(TokenBucketState.empty().consume(new Birth(stranger, 1), tokens(5000)));
		this.member.advance(Duration.ofSeconds(1));
		bobSpends(1);
		assertThat(this.excesses).containsExactly(0L);
	}

	@Test
	void aWindowEndsNowhereElseThanAtAMerge() {
		bobSpends(1);
		this.member.advance(Duration.ofSeconds(9));
		this.member.consume(1);
		this.member.tick();
		assertThat(this.excesses).isEmpty();
	}

	private void bobSpends(long tokens) {
		this.spentByBob += tokens;
		this.member.merge(TokenBucketState.empty().consume(new Birth(BOB, 1), tokens(this.spentByBob)));
	}

}
