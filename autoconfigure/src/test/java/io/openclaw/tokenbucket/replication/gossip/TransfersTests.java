package io.openclaw.tokenbucket.replication.gossip;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

import org.junit.jupiter.api.Test;

import io.openclaw.tokenbucket.crdt.MemberId;
import io.openclaw.tokenbucket.replication.Spender;
import io.openclaw.tokenbucket.replication.membership.Peer;
import io.openclaw.tokenbucket.replication.port.Standing;
import io.openclaw.tokenbucket.replication.wire.Message;
import io.openclaw.tokenbucket.replication.wire.MessageBuilder;
import io.openclaw.tokenbucket.replication.wire.MessageCodec;
import io.openclaw.tokenbucket.replication.wire.MessageSize;
import io.openclaw.tokenbucket.simulation.VirtualTime;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Everything that a member holds, cut into parts.
 */
class TransfersTests {

	private final VirtualTime time = new VirtualTime();

	private final Spender spender = new Spender(new MemberId("a", 1), this.time);

	private final Transfers transfers = new Transfers(this.spender.store());

	private final Peer peer = new Peer(new MemberId("b", 1), Standing.JOINING, this.time.nanoTime());

	@Test
	void everyBucketIsInExactlyOnePart() {
		for (int i = 0; i < 1_234; i++) {
			this.spender.spend("key-" + i, 1);
		}
		List<Message.Transfer> parts = start();
		Set<String> keys = new HashSet<>();
		parts.forEach((part) -> part.buckets().forEach((bucket) -> assertThat(keys.add(bucket.key().key())).isTrue()));
		assertThat(keys).hasSize(1_234);
		assertThat(parts).extracting(Message.Transfer::part).containsExactly(0, 1, 2);
		assertThat(parts).allSatisfy((part) -> {
			assertThat(part.parts()).isEqualTo(3);
			assertThat(part.upTo()).isEqualTo(9);
			assertThat(part.buckets()).hasSizeLessThanOrEqualTo(MessageSize.MAX_BUCKETS);
		});
	}

	@Test
	void partsOfLongKeysAreSmallEnoughToBeRead() {
		for (int i = 0; i < 400; i++) {
			this.spender.spend("世".repeat(2_000) + i, 1);
		}
		assertThat(start()).hasSizeGreaterThan(2)
			.allSatisfy((part) -> assertThat(
					MessageBuilder.from(new MemberId("a", 1), Standing.MEMBER).transfer(part).encode())
				.hasSizeLessThan(MessageCodec.MAX_BYTES));
	}

	// Whoever waits for a deadline or a heartbeat must not wait for a million buckets.
	@Test
	void manyBucketsAreCutBeforeTheFirstPartAndNotAtOnce() {
		for (int i = 0; i < 2 * Transfers.CUT_AT_ONCE + 1; i++) {
			this.spender.spend("key-" + i, 1);
		}
		this.transfers.start(this.peer, 9, now());
		assertThat(this.transfers.next(now())).isEmpty();
		assertThat(this.transfers.next(now())).isEmpty();
		assertThat(this.transfers.isEmpty()).isFalse();
		assertThat(drain()).hasSize(2 * Transfers.CUT_AT_ONCE / MessageSize.MAX_BUCKETS + 1);
	}

	@Test
	void nothingIsOnePartToo() {
		assertThat(start()).singleElement().satisfies((part) -> assertThat(part.buckets()).isEmpty());
	}

	@Test
	void aBucketTravelsAsItIsThen() {
		this.spender.spend("key", 1);
		this.transfers.start(this.peer, 9, now());
		this.spender.spend("key", 4);
		assertThat(drain().get(0).buckets().get(0).state().consumed().sum()).isEqualTo(5_000_000);
	}

	@Test
	void whatDidNotArriveIsSentAgainUnderTheSameNumber() {
		List<Message.Transfer> first = start();
		assertThat(start()).isEmpty();
		this.time.advance(Duration.ofSeconds(2));
		this.spender.spend("new", 1);
		assertThat(start()).isEqualTo(first);
	}

	@Test
	void whatIsNeededAnewIsAnotherTransfer() {
		long id = start().get(0).id();
		this.peer.delivery().outgoing().completed(id);
		this.spender.spend("new", 1);
		List<Message.Transfer> again = start();
		assertThat(again.get(0).id()).isGreaterThan(id);
		assertThat(again.get(0).buckets()).hasSize(1);
	}

	@Test
	void whatWaitsForItsTurnIsNotQueuedTwice() {
		this.transfers.start(this.peer, 9, now());
		this.time.advance(Duration.ofSeconds(2));
		this.transfers.start(this.peer, 9, now());
		assertThat(drain()).hasSize(1);
	}

	@Test
	void whatIsQueuedForAnEarlierProcessOfANodeIsSentToNobody() {
		Peer earlier = new Peer(new MemberId("b", 0), Standing.JOINING, now());
		this.transfers.start(earlier, 9, now());
		assertThat(start()).hasSize(1);
	}

	private List<Message.Transfer> start() {
		this.transfers.start(this.peer, 9, now());
		return drain();
	}

	private List<Message.Transfer> drain() {
		List<Message.Transfer> parts = new ArrayList<>();
		for (Optional<Transfers.Addressed> next = this.transfers.next(now()); next
			.isPresent(); next = this.transfers.next(now())) {
			assertThat(next.get().recipient()).isSameAs(this.peer);
			parts.add(next.get().transfer());
		}
		assertThat(this.transfers.isEmpty()).isTrue();
		return parts;
	}

	private long now() {
		return this.time.nanoTime();
	}

}
