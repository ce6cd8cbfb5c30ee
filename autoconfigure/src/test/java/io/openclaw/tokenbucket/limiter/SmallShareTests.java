package io.openclaw.tokenbucket.limiter;

import java.time.Duration;
import java.util.List;
import java.util.Set;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

import io.openclaw.tokenbucket.crdt.Limit;
import io.openclaw.tokenbucket.limiter.decision.Decision;
import io.openclaw.tokenbucket.limiter.decision.Outcome;
import io.openclaw.tokenbucket.limiter.decision.Reason;
import io.openclaw.tokenbucket.limiter.limit.Consistency;
import io.openclaw.tokenbucket.limiter.limit.FallbackQuota;
import io.openclaw.tokenbucket.limiter.membership.MembershipView;

import static io.openclaw.tokenbucket.limiter.Fleets.ALICE;
import static io.openclaw.tokenbucket.limiter.Fleets.BOB;
import static io.openclaw.tokenbucket.limiter.Fleets.CAROL;
import static io.openclaw.tokenbucket.limiter.Fleets.DAVE;
import static io.openclaw.tokenbucket.limiter.Fleets.heard;
import static io.openclaw.tokenbucket.limiter.Fleets.limit;
import static io.openclaw.tokenbucket.limiter.Fleets.lost;
import static io.openclaw.tokenbucket.limiter.Fleets.policy;
import static io.openclaw.tokenbucket.limiter.Fleets.tokens;
import static io.openclaw.tokenbucket.limiter.Fleets.view;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * Requests that cost more than a member's part of the bucket can hold.
 */
class SmallShareTests {

	@ParameterizedTest
	@CsvSource({ "1, 1, 3", "2, 1, 3", "2, 2, 3", "10, 7, 4", "1000, 1000, 5", "3, 1, 100" })
	void aMemberThatNeverHeardAnybodySpendsOneRequestOfAFullPartAndThenAsItRefills(long capacity, long cost,
			int members) {
		LocalMember member = apart(limit(capacity, "1"), Consistency.BOUNDED, members);
		assertThat(member.consume(cost).outcome()).isEqualTo(Outcome.ADMITTED);
		for (int i = 0; i < 3; i++) {
			Decision rejected = member.consume(cost);
			assertThat(rejected.outcome()).isEqualTo(Outcome.REJECTED);
			assertThat(rejected.timeToWait()).isLessThanOrEqualTo(Duration.ofSeconds(cost * members));
			member.advance(rejected.timeToWait().minusNanos(1000L * members));
			assertThat(member.consume(cost).outcome()).isEqualTo(Outcome.REJECTED);
			member.advance(Duration.ofNanos(1000L * members));
			assertThat(member.consume(cost).outcome()).isEqualTo(Outcome.ADMITTED);
		}
	}

	@ParameterizedTest
	@EnumSource(Consistency.class)
	void itDoesSoWhateverTheConsistency(Consistency consistency) {
		LocalMember member = apart(limit(2, "1"), consistency, 3);
		assertThat(member.consume(1).isAdmitted()).isTrue();
		Decision rejected = member.consume(1);
		assertThat(rejected.isAdmitted()).isFalse();
		member.advance(rejected.timeToWait());
		assertThat(member.consume(1).isAdmitted()).isTrue();
	}

	@Test
	void aPartThatIsNotFullPaysForNothingItCannotHold() {
		LocalMember member = apart(limit(10, "1"), Consistency.BOUNDED, 4);
		assertThat(member.consume(1).isAdmitted()).isTrue();
		Decision large = member.consume(3);
		assertThat(large.isAdmitted()).isFalse();
		assertThat(large.timeToWait()).isEqualTo(Duration.ofSeconds(4));
		assertThat(member.consume(1).isAdmitted()).isTrue();
	}

	@Test
	void whatIsAboveTheCapacityIsNeverAdmitted() {
		LocalMember member = apart(limit(2, "1"), Consistency.BOUNDED, 3);
		Decision decision = member.consume(3);
		assertThat(decision.reason()).isEqualTo(Reason.COST_ABOVE_CAPACITY);
		assertThat(decision.nanosToWait()).isEqualTo(Long.MAX_VALUE);
	}

	@Test
	void aSideOfAPartitionSpendsOneRequestOfItsFullPart() {
		LocalMember member = new LocalMember(policy(limit(2, "1"), Consistency.BOUNDED));
		member.hear(BOB, CAROL, DAVE);
		member.status();
		member.tick();
		member.advance(Duration.ofSeconds(1));
		member.tick();
		long now = member.now();
		member.store()
			.membershipChanged(view(now, ALICE, heard(BOB, now), lost(CAROL, now, now), lost(DAVE, now, now)), now);
		assertThat(member.consume(2).isAdmitted()).isTrue();
		Decision rejected = member.consume(2);
		assertThat(rejected.isAdmitted()).isFalse();
		assertThat(rejected.timeToWait()).isEqualTo(Duration.ofSeconds(4));
		member.advance(rejected.timeToWait());
		Decision waiting = member.consume(2);
		assertThat(waiting.outcome()).isEqualTo(Outcome.WAITING);
		member.advance(Duration.ofMillis(25));
		assertThat(member.status().consumedHere()).isEqualTo(tokens(4));
	}

	@Test
	void aMemberInFallbackSpendsOneRequestOfItsFullPart() {
		LocalMember member = new LocalMember(policy(limit(2, "1"), Consistency.BOUNDED));
		member.hear(BOB, CAROL, DAVE);
		member.store().changes().fallBack(LocalMember.LIMIT, FallbackQuota.FAIR_SHARE);
		assertThat(member.consume(1).isAdmitted()).isTrue();
		Decision rejected = member.consume(1);
		assertThat(rejected.reason()).isEqualTo(Reason.FALLBACK);
		assertThat(rejected.timeToWait()).isEqualTo(Duration.ofSeconds(4));
		member.advance(rejected.timeToWait());
		assertThat(member.consume(1).isAdmitted()).isTrue();
	}

	private static LocalMember apart(Limit limit, Consistency consistency, int members) {
		LocalMember member = new LocalMember(policy(limit, consistency));
		long now = member.now();
		member.store().membershipChanged(MembershipView.member(ALICE, members, List.of(), Set.of(), now), now);
		return member;
	}

}
