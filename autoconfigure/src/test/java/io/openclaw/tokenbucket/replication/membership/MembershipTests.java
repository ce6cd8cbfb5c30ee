package io.openclaw.tokenbucket.replication.membership;

import java.time.Duration;
import java.util.List;

import org.junit.jupiter.api.Test;

import io.openclaw.tokenbucket.crdt.MemberId;
import io.openclaw.tokenbucket.limiter.membership.FleetState;
import io.openclaw.tokenbucket.limiter.membership.MembershipView;
import io.openclaw.tokenbucket.limiter.membership.PeerView;
import io.openclaw.tokenbucket.replication.Spender;
import io.openclaw.tokenbucket.replication.delivery.Outbox;
import io.openclaw.tokenbucket.replication.port.ReplicationSettings;
import io.openclaw.tokenbucket.replication.wire.Message;
import io.openclaw.tokenbucket.replication.wire.MessageBuilder;
import io.openclaw.tokenbucket.simulation.VirtualTime;

import static io.openclaw.tokenbucket.replication.port.Standing.JOINING;
import static io.openclaw.tokenbucket.replication.port.Standing.LEAVING;
import static io.openclaw.tokenbucket.replication.port.Standing.MEMBER;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * Who counts whom, message by message.
 */
class MembershipTests {

	private static final MemberId SELF = new MemberId("m", 5);

	private static final MemberId A = new MemberId("a", 1);

	private static final MemberId B = new MemberId("b", 1);

	private static final MemberId Z = new MemberId("z", 1);

	private final VirtualTime time = new VirtualTime();

	private final Outbox outbox = new Outbox(new Spender(SELF, this.time).store());

	private final Membership membership = new Membership(SELF,
			() -> new ReplicationSettings(null, 3, Spender.SYNC_INTERVAL, Duration.ofSeconds(30)));

	private long sentAt;

	@Test
	void whoeverWaitsIsMetButNotCounted() {
		found();
		receive(MessageBuilder.from(A, JOINING));
		assertThat(this.membership.peers()).extracting(Peer::id).containsExactly(A);
		assertThat(view().size()).isOne();
	}

	@Test
	void aJoinerCountsWhoeverSaysThatItIsAMember() {
		receive(MessageBuilder.from(A, MEMBER));
		assertThat(this.membership.members()).extracting(Peer::id).containsExactly(A);
		assertThat(this.membership.isMember()).isFalse();
	}

	@Test
	void listsOfThoseWhoAreCountedAddAndPromote() {
		receive(MessageBuilder.from(A, MEMBER).lists(B, MEMBER).lists(Z, JOINING).lists(SELF, MEMBER));
		assertThat(this.membership.members()).extracting(Peer::id).containsExactly(A, B);
		assertThat(this.membership.isMember()).isTrue();
		assertThat(view().size()).isEqualTo(3);
	}

	@Test
	void messagesOfThoseWhoAreHeardMakeNoNewViewBeforeHalfAHeartbeatIsOver() {
		receive(MessageBuilder.from(A, MEMBER).lists(SELF, MEMBER));
		assertThat(view().isComplete()).isTrue();
		this.time.advance(Duration.ofMillis(99));
		receive(MessageBuilder.from(A, MEMBER).lists(SELF, MEMBER));
		assertThat(this.membership.isViewDue(now())).isFalse();
		this.time.advance(Duration.ofMillis(1));
		assertThat(this.membership.isViewDue(now())).isTrue();
	}

	@Test
	void listsOfThoseWhoWaitNeitherAddNorPromote() {
		receive(MessageBuilder.from(A, JOINING).lists(B, MEMBER).lists(SELF, MEMBER));
		assertThat(this.membership.members()).isEmpty();
		assertThat(this.membership.isMember()).isFalse();
	}

	@Test
	void theFounderCountsThoseWhoReceiveItToo() {
		receive(MessageBuilder.from(A, JOINING).lists(SELF, JOINING));
		receive(MessageBuilder.from(B, JOINING));
		found();
		assertThat(this.membership.isMember()).isTrue();
		assertThat(this.membership.members()).extracting(Peer::id).containsExactly(A);
	}

	@Test
	void nobodyFoundsAFleetWhereThereIsOne() {
		receive(MessageBuilder.from(A, MEMBER));
		found();
		assertThat(this.membership.isMember()).isFalse();
	}

	@Test
	void whoKnewAFleetTellsThoseWhoWaitBeforeItCountsThem() {
		receive(MessageBuilder.from(A, MEMBER));
		receive(MessageBuilder.from(Z, JOINING).lists(SELF, JOINING));
		assertThat(this.membership.isSponsorOf(peer(Z), now())).as("while there is a fleet").isFalse();
		this.membership.remove(A);
		assertThat(this.membership.isSponsorOf(peer(Z), now())).isTrue();
		found();
		peer(Z).delivery().outgoing().start(7, 0, List.of(), now());
		peer(Z).delivery().incoming().receive(new Message.Transfer(1, 0, 1, 0, List.of()));
		this.time.advance(Duration.ofMillis(599));
		receive(MessageBuilder.from(Z, JOINING).lists(SELF, JOINING, true, 0, 7));
		found();
		assertThat(this.membership.isMember()).as("before others could tell").isFalse();
		this.time.advance(Duration.ofMillis(1));
		found();
		assertThat(this.membership.members()).extracting(Peer::id).containsExactly(Z);
	}

	@Test
	void whoKnewAFleetFoundsTheNextWithoutThoseWhoCannotBeTold() {
		receive(MessageBuilder.from(A, MEMBER));
		this.membership.remove(A);
		found();
		this.time.advance(Duration.ofMillis(5_999));
		receive(MessageBuilder.from(Z, JOINING).lists(SELF, JOINING));
		found();
		assertThat(this.membership.isMember()).isFalse();
		this.time.advance(Duration.ofMillis(1));
		found();
		assertThat(this.membership.isMember()).isTrue();
		assertThat(this.membership.members()).isEmpty();
	}

	@Test
	void whatWasToldBeforeAFleetReturnedIsNotEverything() {
		receive(MessageBuilder.from(A, MEMBER));
		receive(MessageBuilder.from(Z, JOINING).lists(SELF, JOINING));
		peer(Z).delivery().outgoing().start(7, 0, List.of(), now());
		receive(MessageBuilder.from(Z, JOINING).lists(SELF, JOINING, true, 0, 7));
		assertThat(peer(Z).delivery().outgoing().isComplete()).isTrue();
		receive(MessageBuilder.from(A, MEMBER));
		assertThat(peer(Z).delivery().outgoing().isComplete()).isFalse();
	}

	@Test
	void membersThatAreReceivedButNotHeardAreSeenToExchangeMessages() {
		receive(MessageBuilder.from(A, MEMBER).lists(SELF, MEMBER, false, 0, 0).lists(B, MEMBER));
		receive(MessageBuilder.from(B, MEMBER).lists(A, MEMBER));
		receive(MessageBuilder.from(Z, MEMBER).lists(A, MEMBER));
		assertThat(view().unheardGroups()).extracting((group) -> group.stream().map(PeerView::id).sorted().toList())
			.containsExactlyInAnyOrder(List.of(A, B), List.of(Z));
		this.time.advance(Duration.ofSeconds(4));
		assertThat(view().unheardGroups()).hasSize(3);
	}

	@Test
	void aJoinerIsCountedOnceItHasEverythingAndReceivesThisMember() {
		found();
		receive(MessageBuilder.from(Z, JOINING));
		peer(Z).delivery().outgoing().start(7, 0, List.of(), now());
		promote();
		assertThat(peer(Z).isMember()).as("without the transfer").isFalse();
		receive(MessageBuilder.from(Z, JOINING).lists(SELF, MEMBER, false, 0, 7));
		promote();
		assertThat(peer(Z).isMember()).as("without receiving").isFalse();
		receive(MessageBuilder.from(Z, JOINING).lists(SELF, MEMBER, true, 0, 7).lastBatch(3));
		peer(Z).delivery().receipts().announce(3, now());
		promote();
		assertThat(peer(Z).isMember()).as("with a gap").isFalse();
		peer(Z).delivery().receipts().receive(1, 3, now());
		promote();
		assertThat(peer(Z).isMember()).isTrue();
	}

	@Test
	void aJoinerIsCountedOnlyByWhoHearsEverybody() {
		receive(MessageBuilder.from(A, MEMBER).lists(SELF, MEMBER).lists(B, MEMBER));
		receive(MessageBuilder.from(Z, JOINING));
		peer(Z).delivery().outgoing().start(7, 0, List.of(), now());
		receive(MessageBuilder.from(Z, JOINING).lists(SELF, MEMBER, true, 0, 7));
		promote();
		assertThat(peer(Z).isMember()).isFalse();
		receive(MessageBuilder.from(B, MEMBER).lists(SELF, MEMBER));
		peer(B).delivery().outgoing().start(8, 0, List.of(), now());
		receive(MessageBuilder.from(B, MEMBER).lists(SELF, MEMBER, true, 0, 8));
		promote();
		assertThat(peer(Z).isMember()).isTrue();
	}

	@Test
	void aMemberThatIsListedAsPendingAgainIsAJoinerAgain() {
		receive(MessageBuilder.from(A, MEMBER).lists(SELF, MEMBER));
		receive(MessageBuilder.from(A, MEMBER).lists(SELF, JOINING));
		assertThat(this.membership.standing()).isEqualTo(JOINING);
		assertThat(view().state()).isEqualTo(FleetState.JOINING);
		receive(MessageBuilder.from(A, MEMBER).lists(SELF, MEMBER));
		assertThat(this.membership.isMember()).isTrue();
	}

	// Whoever removed it does not list it before it hears of it again.
	@Test
	void aMemberThatIsNotListedForAWhileAndThenAsPendingIsAJoinerAgain() {
		receive(MessageBuilder.from(A, MEMBER).lists(SELF, MEMBER));
		receive(MessageBuilder.from(A, MEMBER));
		receive(MessageBuilder.from(A, MEMBER));
		assertThat(this.membership.standing()).isEqualTo(MEMBER);
		receive(MessageBuilder.from(A, MEMBER).lists(SELF, JOINING));
		assertThat(this.membership.standing()).isEqualTo(JOINING);
	}

	@Test
	void whoeverListedAMemberAsPendingDemotesItOnceOnly() {
		receive(MessageBuilder.from(A, MEMBER).lists(SELF, MEMBER));
		receive(MessageBuilder.from(B, MEMBER).lists(SELF, MEMBER));
		receive(MessageBuilder.from(A, MEMBER).lists(SELF, JOINING));
		receive(MessageBuilder.from(B, MEMBER).lists(SELF, MEMBER));
		receive(MessageBuilder.from(A, MEMBER).lists(SELF, JOINING));
		assertThat(this.membership.standing()).isEqualTo(MEMBER);
	}

	@Test
	void whoeverNeverCountedAMemberCannotDemoteIt() {
		receive(MessageBuilder.from(A, MEMBER).lists(SELF, MEMBER));
		receive(MessageBuilder.from(B, MEMBER).lists(SELF, JOINING));
		receive(MessageBuilder.from(B, MEMBER).lists(SELF, JOINING));
		assertThat(this.membership.isMember()).isTrue();
	}

	@Test
	void whoeverIsNotCountedCannotDemote() {
		found();
		receive(MessageBuilder.from(A, JOINING).lists(SELF, MEMBER));
		receive(MessageBuilder.from(A, JOINING).lists(SELF, JOINING));
		assertThat(this.membership.isMember()).isTrue();
	}

	@Test
	void aGoodbyeBuriesForGood() {
		receive(MessageBuilder.from(A, MEMBER).lists(SELF, MEMBER).lists(B, MEMBER));
		receive(MessageBuilder.from(B, LEAVING));
		assertThat(this.membership.members()).extracting(Peer::id).containsExactly(A);
		receive(MessageBuilder.from(B, MEMBER));
		receive(MessageBuilder.from(A, MEMBER).lists(SELF, MEMBER).lists(B, MEMBER));
		assertThat(this.membership.peers()).extracting(Peer::id).containsExactly(A);
	}

	@Test
	void aNewerIncarnationReplacesTheOlderForGood() {
		MemberId newer = new MemberId("b", 2);
		receive(MessageBuilder.from(A, MEMBER).lists(SELF, MEMBER).lists(B, MEMBER));
		receive(MessageBuilder.from(newer, JOINING));
		assertThat(this.membership.peers()).extracting(Peer::id).containsExactly(A, newer);
		receive(MessageBuilder.from(B, MEMBER));
		receive(MessageBuilder.from(A, MEMBER).lists(B, MEMBER));
		assertThat(this.membership.peers()).extracting(Peer::id).containsExactly(A, newer);
	}

	@Test
	void anOlderIncarnationIsIgnoredThoughOnlyTheNewerWasEverMet() {
		receive(MessageBuilder.from(new MemberId("b", 2), JOINING));
		receive(MessageBuilder.from(B, MEMBER));
		assertThat(this.membership.peers()).extracting(Peer::id).containsExactly(new MemberId("b", 2));
	}

	@Test
	void anOlderIncarnationOfOneselfIsNobody() {
		receive(MessageBuilder.from(new MemberId("m", 4), MEMBER));
		receive(MessageBuilder.from(A, MEMBER).lists(new MemberId("m", 3), MEMBER));
		assertThat(this.membership.peers()).extracting(Peer::id).containsExactly(A);
	}

	@Test
	void oneThatIsReplacedIsCountedNoMoreAndSpendsNothing() {
		receive(MessageBuilder.from(A, MEMBER).lists(SELF, MEMBER));
		receive(MessageBuilder.from(new MemberId("m", 6), JOINING));
		assertThat(view().state()).isEqualTo(FleetState.REPLACED);
		receive(MessageBuilder.from(A, MEMBER).lists(SELF, MEMBER));
		found();
		assertThat(this.membership.isMember()).isFalse();
		assertThat(view().state()).isEqualTo(FleetState.REPLACED);
	}

	@Test
	void oneMayLearnFromThoseWhoAreCountedThatItIsReplaced() {
		receive(MessageBuilder.from(A, JOINING).lists(new MemberId("m", 6), MEMBER));
		assertThat(view().state()).isNotEqualTo(FleetState.REPLACED);
		receive(MessageBuilder.from(A, MEMBER).lists(new MemberId("m", 6), MEMBER, false, 0, 0));
		assertThat(view().state()).isNotEqualTo(FleetState.REPLACED);
		receive(MessageBuilder.from(A, MEMBER).lists(new MemberId("m", 6), MEMBER));
		assertThat(view().state()).isEqualTo(FleetState.REPLACED);
	}

	@Test
	void aRemovedMemberIsIgnoredInListsUntilItIsReceivedAndThenItJoins() {
		receive(MessageBuilder.from(A, MEMBER).lists(SELF, MEMBER).lists(B, MEMBER));
		this.membership.remove(B);
		receive(MessageBuilder.from(A, MEMBER).lists(SELF, MEMBER).lists(B, MEMBER));
		assertThat(this.membership.peers()).extracting(Peer::id).containsExactly(A);
		receive(MessageBuilder.from(B, MEMBER).lists(SELF, MEMBER));
		assertThat(peer(B).standing()).isEqualTo(JOINING);
		receive(MessageBuilder.from(B, MEMBER).lists(SELF, MEMBER));
		assertThat(peer(B).standing()).isEqualTo(JOINING);
		receive(MessageBuilder.from(A, MEMBER).lists(SELF, MEMBER).lists(B, MEMBER));
		assertThat(peer(B).standing()).isEqualTo(MEMBER);
	}

	@Test
	void newsOfMembersThatSomeHeardMemberDoesNotReceiveIsPassedOn() {
		receive(MessageBuilder.from(A, MEMBER).lists(SELF, MEMBER).lists(B, MEMBER));
		assertThat(view().relays(B)).isFalse();
		receive(MessageBuilder.from(A, MEMBER).lists(SELF, MEMBER).lists(B, MEMBER, false, 0, 0));
		assertThat(view().relays(B)).isTrue();
		assertThat(view().relays(A)).as("nobody is heard who could lack it").isFalse();
	}

	@Test
	void theSmallestThatAJoinerReceivesSendsItEverything() {
		receive(MessageBuilder.from(A, MEMBER).lists(SELF, MEMBER));
		receive(MessageBuilder.from(Z, JOINING).lists(SELF, MEMBER));
		view();
		assertThat(this.membership.isSponsorOf(peer(Z), now())).as("it does not receive a").isTrue();
		receive(MessageBuilder.from(Z, JOINING).lists(SELF, MEMBER).lists(A, MEMBER));
		assertThat(this.membership.isSponsorOf(peer(Z), now())).as("a is smaller").isFalse();
		assertThat(this.membership.isSponsorOf(peer(A), now())).isFalse();
	}

	@Test
	void whoWaitedAndFellSilentIsForgottenAndWhoIsCountedIsNot() {
		receive(MessageBuilder.from(A, MEMBER).lists(SELF, MEMBER));
		receive(MessageBuilder.from(Z, JOINING));
		this.time.advance(Duration.ofSeconds(31));
		this.membership.forgetSilent(now());
		assertThat(this.membership.peers()).extracting(Peer::id).containsExactly(A);
	}

	@Test
	void whoReachesNobodyReckonsWithAsManyAsThereShouldBe() {
		MembershipView alone = this.membership.view(this.outbox, false, now());
		assertThat(alone.state()).isEqualTo(FleetState.ISOLATED);
		assertThat(alone.size()).isEqualTo(3);
		assertThat(alone.unknown()).isEqualTo(2);
		assertThat(view().state()).isEqualTo(FleetState.JOINING);
	}

	// As Inbound does.
	private void receive(MessageBuilder builder) {
		Message message = builder.sentAt(++this.sentAt).build();
		this.membership.meet(message, now()).ifPresent((sender) -> {
			this.membership.receive(message, sender, 0, this.sentAt, now());
		});
	}

	private void found() {
		this.membership.found(now());
	}

	private void promote() {
		view();
		this.membership.promote(now());
	}

	private MembershipView view() {
		return this.membership.view(this.outbox, true, now());
	}

	private Peer peer(MemberId id) {
		return this.membership.peers().stream().filter((peer) -> peer.id().equals(id)).findFirst().orElseThrow();
	}

	private long now() {
		return this.time.nanoTime();
	}

}
