package io.openclaw.tokenbucket.limiter.rule;

import java.util.List;

import org.junit.jupiter.api.Test;

import io.openclaw.tokenbucket.crdt.Birth;
import io.openclaw.tokenbucket.crdt.Limit;
import io.openclaw.tokenbucket.crdt.MemberId;
import io.openclaw.tokenbucket.crdt.TokenBucketState;
import io.openclaw.tokenbucket.limiter.membership.MembershipView;

import static io.openclaw.tokenbucket.limiter.Fleets.ALICE;
import static io.openclaw.tokenbucket.limiter.Fleets.BOB;
import static io.openclaw.tokenbucket.limiter.Fleets.CAROL;
import static io.openclaw.tokenbucket.limiter.Fleets.healthy;
import static io.openclaw.tokenbucket.limiter.Fleets.heard;
import static io.openclaw.tokenbucket.limiter.Fleets.limit;
import static io.openclaw.tokenbucket.limiter.Fleets.lost;
import static io.openclaw.tokenbucket.limiter.Fleets.millis;
import static io.openclaw.tokenbucket.limiter.Fleets.tokens;
import static io.openclaw.tokenbucket.limiter.Fleets.view;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link LocalReplica}: what it takes and what it refuses from others.
 */
class LocalReplicaMergeTests {

	private static final Limit LIMIT = limit(1000, "200");

	private static final TokenBucketState EMPTY = TokenBucketState.empty();

	private static final Birth CURRENT = new Birth(ALICE, 2);

	@Test
	void twoSidesOfAPartitionAddUpTheirSpendingAndTheirRefill() {
		LocalReplica left = replica(view(0, ALICE, lost(BOB, 0, 0)));
		LocalReplica right = replica(new Birth(BOB, 1), view(0, BOB, lost(ALICE, 0, 0)));
		left.spend(tokens(500));
		right.spend(tokens(400));
		left.settle(millis(1000));
		right.settle(millis(500));
		assertThat(left.merge(right.state())).isTrue();
		assertThat(right.merge(left.state())).isTrue();
		assertThat(left.state()).isEqualTo(right.state());
		assertThat(left.level()).isEqualTo(tokens(1000 - 900 + 100 + 50)).isEqualTo(right.level());
	}

	@Test
	void aMergeThatTellsNothingNewChangesNothing() {
		LocalReplica replica = replica(healthy(0, ALICE, BOB));
		replica.spend(tokens(5));
		TokenBucketState old = replica.state();
		replica.spend(tokens(5));
		assertThat(replica.merge(old)).isFalse();
		assertThat(replica.level()).isEqualTo(tokens(990));
	}

	@Test
	void whatIsSpentByALostMemberIsTakenFromWhatIsHeldAsideForIt() {
		LocalReplica replica = replica(view(0, ALICE, lost(BOB, 0, 0)));
		assertThat(replica.spendable()).isEqualTo(tokens(500));
		replica.merge(EMPTY.consume(new Birth(BOB, 1), tokens(300)));
		assertThat(replica.reserved()).isEqualTo(tokens(200));
		assertThat(replica.spendable()).isEqualTo(tokens(500));
		replica.merge(EMPTY.consume(new Birth(BOB, 1), tokens(600)));
		assertThat(replica.spendable()).isEqualTo(tokens(400));
	}

	@Test
	void theSmallestIdConsumesWhatLiesAboveTheCapacityOnceAllAreHeard() {
		TokenBucketState refilledByBoth = EMPTY.grant(List.of(ALICE, BOB), tokens(40));
		LocalReplica smallest = replica(healthy(0, ALICE, BOB));
		smallest.merge(refilledByBoth);
		assertThat(smallest.spendable()).isEqualTo(tokens(1000));
		assertThat(smallest.trimExcess()).isTrue();
		assertThat(smallest.level()).isEqualTo(tokens(1000));
		assertThat(smallest.state().netConsumedBy(ALICE)).isEqualTo(tokens(80));
		assertThat(smallest.trimExcess()).isFalse();
	}

	@Test
	void nobodyElseConsumesItNorAnybodyBeforeAllAreHeard() {
		TokenBucketState refilledByBoth = EMPTY.grant(List.of(ALICE, BOB), tokens(40));
		LocalReplica larger = replica(new Birth(BOB, 1), healthy(0, BOB, ALICE));
		larger.merge(refilledByBoth);
		assertThat(larger.trimExcess()).isFalse();
		LocalReplica degraded = replica(view(0, ALICE, heard(BOB, 0), lost(CAROL, 0, 0)));
		degraded.merge(refilledByBoth);
		assertThat(degraded.trimExcess()).isFalse();
	}

	@Test
	void aStateThatCountsMoreOfMineThanThereWasIsAContradiction() {
		LocalReplica replica = replica(healthy(0, ALICE, BOB));
		replica.spend(tokens(5));
		assertThat(isCredible(replica, EMPTY.consume(CURRENT, tokens(5)))).isTrue();
		assertThat(isCredible(replica, EMPTY.consume(CURRENT, tokens(5) + 1))).isFalse();
		assertThat(isCredible(replica, EMPTY.giveBack(CURRENT, 1))).isFalse();
	}

	@Test
	void whatIsRememberedOfMyEarlierBirthsIsNoContradiction() {
		LocalReplica replica = replica(healthy(0, ALICE, BOB));
		assertThat(isCredible(replica, EMPTY.consume(new Birth(ALICE, 1), tokens(900)))).isTrue();
		MemberId before = new MemberId(ALICE.node(), ALICE.incarnation() - 1);
		assertThat(isCredible(replica, EMPTY.consume(new Birth(before, 7), tokens(900)))).isTrue();
	}

	@Test
	void aBirthOfMineThatIsYetToComeIsAContradiction() {
		LocalReplica replica = replica(healthy(0, ALICE, BOB));
		assertThat(isCredible(replica, EMPTY.consume(new Birth(ALICE, 3), 1))).isFalse();
		assertThat(isCredible(replica, EMPTY.giveBack(new Birth(ALICE, 3), 1))).isFalse();
	}

	private static boolean isCredible(LocalReplica replica, TokenBucketState remote) {
		TokenBucketState credible = replica.credible(remote);
		assertThat(credible == remote || credible.consumed().size() + credible.returned().size() == 0).isTrue();
		return credible == remote;
	}

	private static LocalReplica replica(MembershipView view) {
		return replica(CURRENT, view);
	}

	private static LocalReplica replica(Birth birth, MembershipView view) {
		return new LocalReplica(LIMIT, LIMIT.initial(), birth, view, millis(100), 0, 0);
	}

}
