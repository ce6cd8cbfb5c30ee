package io.openclaw.tokenbucket.replication.membership;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;

import org.junit.jupiter.api.Test;

import io.openclaw.tokenbucket.crdt.MemberId;
import io.openclaw.tokenbucket.limiter.membership.PeerView;
import io.openclaw.tokenbucket.replication.wire.Message;
import io.openclaw.tokenbucket.replication.wire.Message.Listing;
import io.openclaw.tokenbucket.replication.wire.MessageBuilder;
import io.openclaw.tokenbucket.replication.wire.WireReader;

import static io.openclaw.tokenbucket.replication.port.Standing.MEMBER;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * When a peer counts as received, and when as heard.
 */
class PeerTests {

	private static final MemberId SELF = new MemberId("m", 1);

	private static final MemberId ID = new MemberId("a", 1);

	private static final Duration INTERVAL = Duration.ofMillis(200);

	// Close to the overflow of a nanosecond clock, which must not matter.
	private static final long START = Long.MAX_VALUE - 1_000_000;

	private final Peer peer = new Peer(ID, MEMBER, START);

	@Test
	void itIsReceivedForThreeIntervals() {
		assertThat(isReceivedAt(0)).isFalse();
		receive(0, true, 0);
		assertThat(isReceivedAt(599)).isTrue();
		assertThat(isReceivedAt(600)).isFalse();
	}

	@Test
	void itIsReceivedForTwoRoundTripsLongerButNoLongerThanThreeSeconds() {
		measure(0, 250);
		assertThat(isReceivedAt(1_099)).isTrue();
		assertThat(isReceivedAt(1_100)).isFalse();
		for (int i = 0; i < 100; i++) {
			measure(i, 2_000);
		}
		assertThat(isReceivedAt(99 + 2_999)).isTrue();
		assertThat(isReceivedAt(99 + 3_000)).isFalse();
	}

	@Test
	void itIsHeardWhileItReceivesThisMemberToo() {
		receive(0, false, 0);
		assertThat(viewAt(1, Optional.empty()).heard()).isFalse();
		receive(2, true, 0);
		assertThat(viewAt(3, Optional.empty()).heard()).isTrue();
		receive(4, false, 0);
		assertThat(viewAt(5, Optional.empty()).heard()).isFalse();
	}

	@Test
	void itIsNotHeardOnceABatchIsUnacknowledgedForTooLong() {
		receive(0, true, 0);
		receive(500, true, 0);
		assertThat(viewAt(500, Optional.of(at(0))).heard()).isTrue();
		assertThat(viewAt(599, Optional.of(at(0))).heard()).isTrue();
		assertThat(viewAt(600, Optional.of(at(0))).heard()).isFalse();
		assertThat(viewAt(600, Optional.empty()).heard()).isTrue();
	}

	@Test
	void theViewCarriesItsDeadlineAndSinceWhenItIsLost() {
		receive(0, true, 0);
		PeerView heard = viewAt(10, Optional.of(at(-100)));
		assertThat(heard.untilNanos()).isEqualTo(at(500));
		PeerView lost = viewAt(900, Optional.of(at(-100)));
		assertThat(lost.heard()).isFalse();
		assertThat(lost.everHeard()).isTrue();
		assertThat(lost.lastReceivedNanos()).isEqualTo(at(0));
		assertThat(lost.unheardSinceNanos()).isEqualTo(at(500));
		// Received again but not heard yet: what it had when it was lost still counts.
		receive(1_000, false, 0);
		assertThat(viewAt(1_000, Optional.empty()).lastReceivedNanos()).isEqualTo(at(0));
	}

	@Test
	void aMemberOfAnotherFleetIsHeardOnceItHasEverything() {
		this.peer.needEverything();
		this.peer.delivery().outgoing().start(4, 0, List.of(), at(0));
		receive(0, true, 3);
		assertThat(viewAt(1, Optional.empty()).heard()).isFalse();
		receive(2, true, 4);
		assertThat(viewAt(3, Optional.empty()).heard()).isTrue();
	}

	// What it spent meanwhile is held aside until it is known.
	@Test
	void aLostMemberIsHeardAgainOnceNoneOfItsBatchesLacks() {
		receive(0, true, 0);
		assertThat(viewAt(1, Optional.empty()).heard()).isTrue();
		this.peer.delivery().receipts().announce(2, at(2));
		assertThat(viewAt(3, Optional.empty()).heard()).as("while it is heard, a gap is nothing").isTrue();
		assertThat(viewAt(700, Optional.empty()).heard()).isFalse();
		receive(800, true, 0);
		assertThat(viewAt(801, Optional.empty()).heard()).isFalse();
		this.peer.delivery().receipts().receive(1, 2, at(810));
		assertThat(viewAt(811, Optional.empty()).heard()).isTrue();
	}

	@Test
	void aRoundTripIsWhatPassedSinceTheEchoLessTheTimeItWasHeld() {
		receive(report(true, 0, 1_000, 300, 0), 5_000, 0);
		assertThat(this.peer.failures().roundTrip()).isEqualTo(Duration.ofNanos(3_700));
		receive(report(true, 0, 1_000, 300, 0), 1_300 + 3_700 + 800, 0);
		assertThat(this.peer.failures().roundTrip()).isEqualTo(Duration.ofNanos(3_800));
	}

	@Test
	void roundTripsThatCannotBeAreIgnored() {
		receive(report(true, 0, 0, 0, 0), 5_000, 0);
		receive(report(true, 0, 6_000, 0, 0), 5_000, 0);
		receive(report(true, 0, 1, WireReader.LARGEST, 0), 5_000, 0);
		receive(report(true, 0, 1, 0, 0), 5_000_000_000L, 0);
		assertThat(this.peer.failures().roundTrip()).isNull();
	}

	@Test
	void acknowledgementsNeverGoBackAndNeverRunAhead() {
		receive(report(true, 5, 0, 0, 0), 1, 7);
		receive(report(true, 3, 0, 0, 0), 1, 7);
		receive(report(true, 8, 0, 0, 0), 1, 7);
		assertThat(this.peer.delivery().acknowledgedUpTo()).isEqualTo(5);
	}

	@Test
	void aGapIsAskedForAfterTenMillisecondsOrHalfARoundTrip() {
		receive(0, true, 0);
		this.peer.delivery().receipts().announce(2, at(100));
		assertThat(askForMissingAt()).contains(at(110));
		measure(200, 80);
		assertThat(askForMissingAt()).contains(at(140));
		this.peer.report(INTERVAL, true, false, at(150));
		assertThat(askForMissingAt()).contains(at(190));
		this.peer.delivery().receipts().receive(1, 2, at(160));
		assertThat(askForMissingAt()).isEmpty();
	}

	// Several buses deliver everything several times.
	@Test
	void aMessageThatWasOvertakenOrArrivesAgainIsOutdated() {
		this.peer.delivery().begin(0);
		assertThat(this.peer.failures().isOutdated(sentAt(0))).isFalse();
		assertThat(this.peer.failures().isOutdated(sentAt(5))).isFalse();
		this.peer.receive(sentAt(5), SELF, 0, 1, at(0));
		assertThat(this.peer.failures().isOutdated(sentAt(4))).isTrue();
		assertThat(this.peer.failures().isOutdated(sentAt(5))).isTrue();
		assertThat(this.peer.failures().isOutdated(sentAt(6))).isFalse();
	}

	@Test
	void digestsMustDifferTwiceInARow() {
		assertThat(this.peer.delivery().differs(true)).isFalse();
		assertThat(this.peer.delivery().differs(false)).isFalse();
		assertThat(this.peer.delivery().differs(true)).isFalse();
		assertThat(this.peer.delivery().differs(true)).isTrue();
		assertThat(this.peer.delivery().differs(true)).isFalse();
	}

	private static Message.PeerReport report(boolean receivesMe, long upTo, long echo, long held, long completed) {
		return new Message.PeerReport(SELF, new Listing(MEMBER, receivesMe), false,
				new Message.Receipt(upTo, List.of(), echo, held, completed));
	}

	private Optional<Long> askForMissingAt() {
		return this.peer.delivery().askForMissingAt(Duration.ofMillis(10), this.peer.failures().roundTrip());
	}

	private static Message sentAt(long sentAt) {
		return MessageBuilder.from(ID, MEMBER).sentAt(sentAt).build();
	}

	private void measure(long millis, long roundTripMillis) {
		long stamp = 3_000_000_000_000L;
		receive(millis, report(true, 0, stamp - roundTripMillis * 1_000_000, 0, 0), stamp, 0);
	}

	private void receive(long millis, boolean receivesMe, long completedTransfer) {
		receive(millis, report(receivesMe, 0, 0, 0, completedTransfer), 1, 0);
	}

	private void receive(Message.PeerReport report, long stamp, long published) {
		receive(0, report, stamp, published);
	}

	private void receive(long millis, Message.PeerReport report, long stamp, long published) {
		if (!this.peer.failures().everReceived()) {
			this.peer.delivery().begin(0);
		}
		this.peer.receive(MessageBuilder.from(ID, MEMBER).lists(report).build(), SELF, published, stamp, at(millis));
	}

	private PeerView viewAt(long millis, Optional<Long> oldestUnacknowledged) {
		return this.peer.view(INTERVAL, oldestUnacknowledged, Set::of, at(millis));
	}

	private boolean isReceivedAt(long millis) {
		return this.peer.isReceived(INTERVAL, at(millis));
	}

	private static long at(long millis) {
		return START + millis * 1_000_000;
	}

}
