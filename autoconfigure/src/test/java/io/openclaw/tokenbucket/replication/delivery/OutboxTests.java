package io.openclaw.tokenbucket.replication.delivery;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.LongStream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import io.openclaw.tokenbucket.crdt.MemberId;
import io.openclaw.tokenbucket.limiter.membership.MembershipView;
import io.openclaw.tokenbucket.limiter.membership.PeerView;
import io.openclaw.tokenbucket.replication.Spender;
import io.openclaw.tokenbucket.replication.port.Standing;
import io.openclaw.tokenbucket.replication.wire.Announcement;
import io.openclaw.tokenbucket.replication.wire.Message;
import io.openclaw.tokenbucket.replication.wire.MessageCodec;
import io.openclaw.tokenbucket.replication.wire.MessageSize;
import io.openclaw.tokenbucket.replication.wire.Sections;
import io.openclaw.tokenbucket.replication.wire.SequenceRange;
import io.openclaw.tokenbucket.simulation.VirtualTime;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What a member published, and what it can still send again.
 */
class OutboxTests {

	private static final int ALL = 2_000;

	private static final MemberId SELF = new MemberId("a", 1);

	private final VirtualTime time = new VirtualTime();

	private final Spender spender = new Spender(SELF, this.time);

	private final Outbox outbox = new Outbox(this.spender.store());

	@Test
	void batchesAreNumberedFromOneWithoutGaps() {
		for (long number = 1; number <= 20; number++) {
			assertThat(publish("key").numbers()).isEqualTo(new SequenceRange(number, number));
			assertThat(this.outbox.lastNumber()).isEqualTo(number);
		}
	}

	@Test
	void noBatchIsMadeOfNothing() {
		publish("key");
		assertThat(this.outbox.next(now())).isEmpty();
		assertThat(this.outbox.lastNumber()).isOne();
	}

	@Test
	void aBatchCarriesEachChangedBucketOnceAndNoMoreThanFiveHundred() {
		for (int i = 0; i < 1_200; i++) {
			this.spender.spend("key-" + i % 600, 1);
		}
		assertThat(this.outbox.next(now()).orElseThrow().buckets()).hasSize(500);
		assertThat(this.outbox.next(now()).orElseThrow().buckets()).hasSize(100);
		assertThat(this.outbox.next(now())).isEmpty();
	}

	@Test
	void noBatchIsTooLargeToBeReadHoweverLongTheKeys() {
		for (int i = 0; i < 400; i++) {
			this.spender.spend("世".repeat(2_000) + i, 1);
		}
		int buckets = 0;
		for (Optional<Message.Batch> batch = this.outbox.next(now()); batch
			.isPresent(); batch = this.outbox.next(now())) {
			buckets += batch.get().buckets().size();
			assertThat(sizeOf(batch.get())).isLessThan(MessageCodec.MAX_BYTES);
		}
		assertThat(buckets).isEqualTo(400);
		assertThat(this.outbox.again(new SequenceRange(1, this.outbox.lastNumber()), ALL, now()).orElseThrow())
			.allSatisfy((batch) -> assertThat(sizeOf(batch)).isLessThan(MessageCodec.MAX_BYTES));
	}

	@ParameterizedTest
	@ValueSource(longs = { 1, 2, 3, 4, 5 })
	void whatIsSentAgainCoversTheRangeWithTheBucketsOfItsBatches(long seed) {
		Random random = new Random(seed);
		List<Set<String>> published = new ArrayList<>();
		for (int i = 0; i < 60; i++) {
			Set<String> keys = random.ints(1 + random.nextInt(150), 0, 2_000)
				.mapToObj((key) -> "key-" + key)
				.collect(Collectors.toSet());
			publish(keys.toArray(String[]::new));
			published.add(keys);
		}
		long kept = random.nextInt(20);
		this.outbox.acknowledgedByAll(kept, now());
		for (int i = 0; i < 200; i++) {
			long first = kept + 1 + random.nextInt(60 - (int) kept);
			long last = first + random.nextInt(61 - (int) first);
			List<Message.Batch> again = this.outbox.again(new SequenceRange(first, last), ALL, now()).orElseThrow();
			Set<Long> numbers = new TreeSet<>();
			Set<String> keys = new HashSet<>();
			for (Message.Batch batch : again) {
				assertThat(batch.buckets()).hasSizeLessThanOrEqualTo(MessageSize.MAX_BUCKETS);
				LongStream.rangeClosed(batch.numbers().first(), batch.numbers().last()).forEach(numbers::add);
				batch.buckets().forEach((bucket) -> keys.add(bucket.key().key()));
			}
			Set<String> expected = new HashSet<>();
			published.subList((int) first - 1, (int) last).forEach(expected::addAll);
			assertThat(numbers).as("seed %d, %d to %d", seed, first, last)
				.containsExactlyElementsOf(LongStream.rangeClosed(first, last).boxed().toList());
			assertThat(keys).as("seed %d, %d to %d", seed, first, last).isEqualTo(expected);
		}
	}

	@Test
	void aBucketIsSentAgainAsItIsThen() {
		publish("key");
		this.spender.spend("key", 5);
		Message.Batch again = this.outbox.again(new SequenceRange(1, 1), ALL, now()).orElseThrow().get(0);
		assertThat(again.buckets().get(0).state().consumed().sum()).isEqualTo(6_000_000);
	}

	@Test
	void whatAllAcknowledgedIsForgottenAndOnlyEverythingWillDo() {
		publish("one");
		publish("two");
		this.outbox.acknowledgedByAll(1, now());
		assertThat(this.outbox.again(new SequenceRange(1, 2), ALL, now())).isEmpty();
		assertThat(this.outbox.again(new SequenceRange(2, 2), ALL, now())).isPresent();
		this.outbox.acknowledgedByAll(2, now());
		assertThat(this.outbox.again(new SequenceRange(2, 2), ALL, now())).isEmpty();
	}

	@Test
	void whatWasNeverPublishedIsNothing() {
		publish("one");
		assertThat(this.outbox.again(new SequenceRange(2, 9), ALL, now())).contains(List.of());
	}

	@Test
	void noMoreMessagesAreMadeAgainThanAreSent() {
		for (int batch = 0; batch < 100; batch++) {
			int first = batch * MessageSize.MAX_BUCKETS;
			for (int i = 0; i < MessageSize.MAX_BUCKETS; i++) {
				this.spender.spend("key-" + (first + i), 1);
			}
			assertThat(this.outbox.next(now())).isPresent();
		}
		List<Message.Batch> again = this.outbox.again(new SequenceRange(11, 100), 3, now()).orElseThrow();
		assertThat(again).extracting((batch) -> batch.numbers().first()).containsExactly(11L, 12L, 13L);
	}

	@Test
	void theOldestOfManyAreJoinedAndStillSentAgain() {
		for (int i = 1; i <= 1_500; i++) {
			publish("key-" + i % 10);
		}
		List<Message.Batch> again = this.outbox.again(new SequenceRange(3, 1_500), ALL, now()).orElseThrow();
		assertThat(again).singleElement().satisfies((batch) -> {
			assertThat(batch.numbers()).isEqualTo(new SequenceRange(1, 1_500));
			assertThat(batch.buckets()).hasSize(10);
		});
	}

	@Test
	void joinedBatchesThatOutgrewAMessageAreNotSentAgainButEverythingIs() {
		for (int i = 1; i <= 2_000; i++) {
			publish("key-" + i);
		}
		assertThat(this.outbox.again(new SequenceRange(1, 5), ALL, now())).isEmpty();
		assertThat(this.outbox.again(new SequenceRange(1_900, 2_000), ALL, now())).isPresent();
	}

	@Test
	void oldestSentIsTheFirstThatAPeerHasNotAcknowledged() {
		long first = now();
		publish("one");
		this.time.advance(Duration.ofSeconds(1));
		publish("two");
		assertThat(this.outbox.oldestSentAfter(0)).contains(first);
		assertThat(this.outbox.oldestSentAfter(1)).contains(now());
		assertThat(this.outbox.oldestSentAfter(2)).isEmpty();
		this.outbox.acknowledgedByAll(1, now());
		assertThat(this.outbox.oldestSentAfter(0)).contains(now());
	}

	@Test
	void spendingIsAcknowledgedOnceAllHeardHaveItsBatch() {
		hearSomebody();
		publish("one");
		publish("two", "one");
		assertThat(this.outbox.isAcknowledged()).isFalse();
		this.outbox.acknowledgedByHeard(1, now());
		assertThat(unacknowledged("one")).isEqualTo(1_000_000);
		this.outbox.acknowledgedByHeard(0, now());
		assertThat(this.outbox.isAcknowledged()).isFalse();
		this.outbox.acknowledgedByHeard(2, now());
		assertThat(unacknowledged("one")).isZero();
		assertThat(unacknowledged("two")).isZero();
		assertThat(this.outbox.isAcknowledged()).isTrue();
	}

	// Where nobody is counted and heard, those who wait to be counted may be the only
	// ones
	// to acknowledge. Once they are counted, nothing else acknowledges it.
	@Test
	void spendingThatEverybodyAcknowledgedIsAcknowledgedWhoeverIsHeardLater() {
		hearSomebody();
		publish("one");
		this.outbox.acknowledgedByAll(1, now());
		this.outbox.acknowledgedByHeard(1, now());
		assertThat(unacknowledged("one")).isZero();
		assertThat(this.outbox.isAcknowledged()).isTrue();
	}

	// One alone has nobody to wait for.
	private void hearSomebody() {
		PeerView peer = new PeerView(new MemberId("b", 1), true, now() + 1_000_000_000, true, now(), 0, Set.of());
		this.spender.store().membershipChanged(MembershipView.member(SELF, 2, List.of(peer), Set.of(), now()), now());
	}

	private long unacknowledged(String key) {
		return this.spender.limiter().peek(Spender.LIMIT, key).unacknowledged();
	}

	private Message.Batch publish(String... keys) {
		for (String key : keys) {
			this.spender.spend(key, 1);
		}
		return this.outbox.next(now()).orElseThrow();
	}

	// Whoever waits for a heartbeat must not wait for all that a deaf member held up.
	@Test
	void ofManyBucketsSomeAreToldAtATime() {
		int batches = Outbox.MAX_TOLD / MessageSize.MAX_BUCKETS + 2;
		for (int i = 0; i < batches * MessageSize.MAX_BUCKETS; i++) {
			this.spender.spend("key-" + i, 1);
		}
		while (this.outbox.next(now()).isPresent()) {
			continue;
		}
		assertThat(this.outbox.lastNumber()).isEqualTo(batches);
		this.outbox.acknowledgedByAll(batches, now());
		assertThat(this.outbox.isAcknowledged()).isFalse();
		assertThat(this.outbox.isAwaited()).isTrue();
		this.outbox.acknowledgedByAll(batches, now());
		assertThat(this.outbox.isAcknowledged()).isTrue();
		assertThat(this.outbox.isAwaited()).isFalse();
	}

	private long now() {
		return this.time.nanoTime();
	}

	private static int sizeOf(Message.Batch batch) {
		Announcement nothing = new Announcement(null, Duration.ZERO, List.of(), Map.of());
		return MessageCodec.encode(new Message(SELF, Standing.MEMBER, 1, batch.numbers().last(), false, false, nothing,
				null, List.of(), null, batch, null, Sections.NONE)).length;
	}

}
