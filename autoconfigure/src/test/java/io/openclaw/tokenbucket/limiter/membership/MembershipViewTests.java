package io.openclaw.tokenbucket.limiter.membership;

import java.util.List;
import java.util.Set;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import io.openclaw.tokenbucket.limiter.membership.PeerView;

import static io.openclaw.tokenbucket.limiter.Fleets.ALICE;
import static io.openclaw.tokenbucket.limiter.Fleets.BOB;
import static io.openclaw.tokenbucket.limiter.Fleets.CAROL;
import static io.openclaw.tokenbucket.limiter.Fleets.DAVE;
import static io.openclaw.tokenbucket.limiter.Fleets.healthy;
import static io.openclaw.tokenbucket.limiter.Fleets.heard;
import static io.openclaw.tokenbucket.limiter.Fleets.heardUntil;
import static io.openclaw.tokenbucket.limiter.Fleets.lost;
import static io.openclaw.tokenbucket.limiter.Fleets.millis;
import static io.openclaw.tokenbucket.limiter.Fleets.neverHeard;
import static io.openclaw.tokenbucket.limiter.Fleets.view;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link MembershipView}.
 */
class MembershipViewTests {

	private static final long NEAR_OVERFLOW = Long.MAX_VALUE - 300_000_000;

	@Test
	void aMemberAloneIsTheWholeFleetForEver() {
		MembershipView alone = MembershipView.alone(ALICE, NEAR_OVERFLOW);
		assertThat(alone.state()).isEqualTo(FleetState.HEALTHY);
		assertThat(alone.size()).isEqualTo(1);
		assertThat(alone.heard()).containsExactly(ALICE);
		assertThat(alone.isAlone() && alone.isComplete()).isTrue();
		assertThat(alone.asOf(NEAR_OVERFLOW + millis(1_000_000_000))).isSameAs(alone);
	}

	@Test
	void aJoinerIsNeverComplete() {
		MembershipView joining = MembershipView.joining(ALICE, 1, 0);
		assertThat(joining.state()).isEqualTo(FleetState.JOINING);
		assertThat(joining.isComplete()).isFalse();
		assertThat(joining.isAlone()).isTrue();
		assertThat(MembershipView.joining(ALICE, 3, 0).unknown()).isEqualTo(2);
	}

	@Test
	void membersHeardAreInOrderAndIncludeOneself() {
		MembershipView view = view(0, BOB, heard(DAVE, 0), lost(CAROL, 0, 0), heard(ALICE, 0));
		assertThat(view.heard()).containsExactly(ALICE, BOB, DAVE);
		assertThat(view.unheard()).extracting(PeerView::id).containsExactly(CAROL);
		assertThat(view.size()).isEqualTo(4);
		assertThat(view.state()).isEqualTo(FleetState.DEGRADED);
		assertThat(view.counts(BOB) && view.counts(CAROL)).isTrue();
	}

	@Test
	void isIsolatedWithoutAnyOther() {
		assertThat(view(0, ALICE, lost(BOB, 0, 0)).state()).isEqualTo(FleetState.ISOLATED);
		MembershipView withoutContact = MembershipView.member(ALICE, 3, Set.of(), Set.of(), 0);
		assertThat(withoutContact.state()).isEqualTo(FleetState.ISOLATED);
		assertThat(withoutContact.unknown()).isEqualTo(2);
		assertThat(withoutContact.counts(BOB)).isFalse();
	}

	@Test
	void countsNoFewerThanItKnows() {
		MembershipView view = MembershipView.member(ALICE, 1, Set.of(heard(BOB, 0), neverHeard(CAROL, 0)), Set.of(), 0);
		assertThat(view.size()).isEqualTo(3);
		assertThat(view.unknown()).isZero();
	}

	@ParameterizedTest
	@ValueSource(longs = { 0, NEAR_OVERFLOW, Long.MIN_VALUE, -1 })
	void aMemberIsHeardUntilItsDeadlineAndNotALittleLonger(long start) {
		MembershipView view = view(start, ALICE, heardUntil(BOB, start - 7, start + millis(600)));
		assertThat(view.asOf(start)).isSameAs(view);
		assertThat(view.asOf(start + millis(600) - 1)).isSameAs(view);
		MembershipView later = view.asOf(start + millis(600));
		assertThat(later.heard()).containsExactly(ALICE);
		assertThat(later.sinceNanos()).isEqualTo(start + millis(600));
		assertThat(later.unheard()).containsExactly(
				new PeerView(BOB, false, start + millis(600), true, start - 7, start + millis(600), Set.of()));
	}

	@ParameterizedTest
	@ValueSource(longs = { 0, NEAR_OVERFLOW })
	void aPausedProcessWakesToNobodyHeard(long start) {
		MembershipView view = view(start, BOB, heardUntil(ALICE, start, start + millis(600)),
				heardUntil(CAROL, start, start + millis(800)), lost(DAVE, start, start));
		MembershipView awake = view.asOf(start + millis(3_600_000));
		assertThat(awake.state()).isEqualTo(FleetState.ISOLATED);
		assertThat(awake.size()).isEqualTo(4);
		// The first loss: no share of a lost member accrues beyond it.
		assertThat(awake.sinceNanos()).isEqualTo(start + millis(600));
		assertThat(awake.unheard()).extracting(PeerView::unheardSinceNanos)
			.containsExactlyInAnyOrder(start + millis(600), start + millis(800), start);
	}

	@Test
	void losesMembersOneAfterAnother() {
		MembershipView view = view(0, BOB, heardUntil(ALICE, 0, millis(600)), heardUntil(CAROL, 0, millis(800)));
		MembershipView withoutAlice = view.asOf(millis(700));
		assertThat(withoutAlice.heard()).containsExactly(BOB, CAROL);
		assertThat(withoutAlice.asOf(millis(799))).isSameAs(withoutAlice);
		assertThat(withoutAlice.asOf(millis(800)).heard()).containsExactly(BOB);
	}

	@Test
	void aDeadlineThatPassedBeforeTheViewBeganCounts() {
		MembershipView view = view(millis(700), ALICE, heardUntil(BOB, 0, millis(600)));
		assertThat(view.asOf(millis(700)).heard()).containsExactly(ALICE);
	}

	@Test
	void newDeadlinesAreNoNews() {
		MembershipView before = view(0, ALICE, heardUntil(BOB, 0, 600), lost(CAROL, 0, 0));
		assertThat(before.agreesWith(view(5, ALICE, heardUntil(BOB, 5, 605), lost(CAROL, 0, 0)))).isTrue();
		assertThat(before.agreesWith(view(5, ALICE, heardUntil(BOB, 5, 605), lost(CAROL, 3, 3)))).isFalse();
		assertThat(before.agreesWith(healthy(5, ALICE, BOB, CAROL))).isFalse();
		assertThat(before.agreesWith(view(5, ALICE, lost(BOB, 5, 5), lost(CAROL, 0, 0)))).isFalse();
	}

	@Test
	void unheardMembersThatExchangeMessagesAreGrouped() {
		MembershipView view = view(0, ALICE, lost(BOB, 0, 0, Set.of(CAROL)), lost(DAVE, 0, 0),
				lost(CAROL, 0, 0, Set.of(BOB)));
		assertThat(view.unheardGroups()).extracting((group) -> group.stream().map(PeerView::id).sorted().toList())
			.containsExactlyInAnyOrder(List.of(BOB, CAROL), List.of(DAVE));
	}

	@Test
	void oneMayJoinTwoGroupsToOne() {
		MembershipView view = view(0, ALICE, lost(BOB, 0, 0, Set.of(DAVE)), lost(CAROL, 0, 0, Set.of(DAVE)),
				lost(DAVE, 0, 0, Set.of(BOB, CAROL)));
		assertThat(view.unheardGroups()).hasSize(1);
		assertThat(view.unheardGroups().get(0)).hasSize(3);
	}

	@Test
	void groupsEndWithTheirDeadlines() {
		PeerView bob = new PeerView(BOB, false, millis(600), true, 0, 0, Set.of(CAROL));
		PeerView carol = new PeerView(CAROL, false, millis(600), true, 0, 0, Set.of(BOB));
		MembershipView view = view(0, ALICE, bob, carol);
		assertThat(view.asOf(millis(599)).unheardGroups()).hasSize(1);
		assertThat(view.asOf(millis(600)).unheardGroups()).hasSize(2);
		assertThat(view.asOf(millis(600)).unheard()).extracting(PeerView::unheardSinceNanos).containsOnly(0L);
	}

	@Test
	void thatALostMemberIsStillReceivedIsNoNews() {
		PeerView before = new PeerView(BOB, false, millis(600), true, 0, 0, Set.of());
		PeerView after = new PeerView(BOB, false, millis(700), true, 0, 0, Set.of());
		assertThat(view(0, ALICE, before).agreesWith(view(0, ALICE, after))).isTrue();
		assertThat(view(0, ALICE, before).agreesWith(view(0, ALICE, lost(BOB, 0, 0, Set.of(CAROL))))).isFalse();
	}

	@Test
	void aMemberToBePassedOnIsNews() {
		MembershipView relaying = MembershipView.member(ALICE, 3, Set.of(heard(BOB, 0), heard(CAROL, 0)), Set.of(CAROL),
				0);
		assertThat(relaying.relays(CAROL)).isTrue();
		assertThat(relaying.relays(BOB)).isFalse();
		assertThat(relaying.agreesWith(healthy(0, ALICE, BOB, CAROL))).isFalse();
	}

}
