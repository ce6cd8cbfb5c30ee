package io.openclaw.tokenbucket.limiter;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.stream.LongStream;
import java.util.stream.Stream;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import io.openclaw.tokenbucket.crdt.Birth;
import io.openclaw.tokenbucket.crdt.MicroTokens;
import io.openclaw.tokenbucket.crdt.TokenBucketState;
import io.openclaw.tokenbucket.limiter.decision.Charge;
import io.openclaw.tokenbucket.limiter.decision.JointDecision;
import io.openclaw.tokenbucket.limiter.decision.Outcome;
import io.openclaw.tokenbucket.limiter.limit.Consistency;
import io.openclaw.tokenbucket.limiter.port.BucketKey;
import io.openclaw.tokenbucket.limiter.port.BucketStatus;
import io.openclaw.tokenbucket.limiter.port.BucketUpdate;
import io.openclaw.tokenbucket.simulation.VirtualTime;

import static io.openclaw.tokenbucket.limiter.Fleets.BOB;
import static io.openclaw.tokenbucket.limiter.Fleets.CAROL;
import static io.openclaw.tokenbucket.limiter.Fleets.limit;
import static io.openclaw.tokenbucket.limiter.Fleets.lost;
import static io.openclaw.tokenbucket.limiter.Fleets.policy;
import static io.openclaw.tokenbucket.limiter.Fleets.tokens;
import static io.openclaw.tokenbucket.limiter.Fleets.view;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link Reservation}s: whatever happens, what is set aside for a request is
 * consumed or given back, and every request is answered once.
 */
class ReservationTests {

	private static final List<String> LIMITS = List.of("bounded", "eventual", "strict");

	private static final List<String> KEYS = List.of("a", "b");

	// Not the smallest id, which would also consume what lies above the capacity.
	private final LocalMember carol = new LocalMember(new VirtualTime(), CAROL, 1000,
			policy(limit("bounded", 100, "900", 100), Consistency.BOUNDED),
			policy(limit("eventual", 150, "1200", 150), Consistency.EVENTUAL),
			policy(limit("strict", 80, "1000", 80), Consistency.STRICT));

	private final Map<BucketKey, TokenBucketState> published = new HashMap<>();

	private final List<Pending> pending = new ArrayList<>();

	private final long[] admitted = new long[LIMITS.size()];

	private int waited;

	private int cancelled;

	private long spentByBob;

	static LongStream seeds() {
		return LongStream.range(0, 30);
	}

	@ParameterizedTest
	@MethodSource("seeds")
	void noneIsEverLeaked(long seed) {
		Random random = new Random(seed);
		this.carol.hear(BOB);
		for (int step = 0; step < 2000; step++) {
			disturb(random);
			if (random.nextBoolean()) {
				ask(random);
			}
			this.carol.advance(Duration.ofMillis(random.nextLong(3)));
		}
		this.carol.advance(Duration.ofMillis(25));
		assertThat(this.pending).as("seed %d: answered", seed).allMatch((one) -> one.answer().isDone());
		this.pending.forEach((one) -> count(one.charges(), one.answer()));
		assertThat(this.carol.store().replicas().hasWaiting()).as("seed %d: waiting", seed).isFalse();
		this.carol.hear(BOB);
		consumeExcess();
		statuses().forEach((status) -> {
			assertThat(status.waiting()).as("seed %d: waiting", seed).isZero();
			assertThat(status.spendable()).as("seed %d: reserved", seed).isEqualTo(status.level());
		});
		publish();
		for (int i = 0; i < LIMITS.size(); i++) {
			assertThat(consumed(LIMITS.get(i))).as("seed %d: consumed", seed)
				.isEqualTo(this.admitted[i] * MicroTokens.PER_TOKEN);
		}
		assertThat(this.waited).as("seed %d: waited", seed).isGreaterThan(5);
		assertThat(this.cancelled).as("seed %d: cancelled", seed).isPositive();
	}

	// Buckets are dropped and born again, but what is published adds up.
	private void publish() {
		this.carol.publish()
			.forEach((update) -> this.published.merge(update.key(), update.state(), TokenBucketState::merge));
	}

	private long consumed(String limit) {
		return this.published.entrySet()
			.stream()
			.filter((entry) -> entry.getKey().limit().equals(limit))
			.mapToLong((entry) -> entry.getValue().netConsumedBy(CAROL))
			.sum();
	}

	private void ask(Random random) {
		List<Charge> charges = new ArrayList<>();
		for (int count = random.nextInt(1, 4); count > 0; count--) {
			charges.add(new Charge(LIMITS.get(random.nextInt(3)), KEYS.get(random.nextInt(2)), random.nextLong(6)));
		}
		JointDecision decision = this.carol.limiter().tryConsume(charges);
		if (decision.outcome() == Outcome.WAITING) {
			this.waited++;
			this.pending.add(new Pending(charges, decision.completion().toCompletableFuture()));
		}
		else {
			count(charges, CompletableFuture.completedFuture(decision));
		}
	}

	private void disturb(Random random) {
		long now = this.carol.now();
		switch (random.nextInt(40)) {
			case 0, 10 -> publish();
			case 1 -> {
				publish();
				this.carol.acknowledge();
			}
			case 2 -> this.carol.tick();
			case 3 -> this.carol.store().membershipChanged(view(now, CAROL, lost(BOB, now, now)), now);
			case 4, 5, 11, 12, 13 -> this.carol.hear(BOB);
			case 6, 7, 14, 15 -> cancelOne(random);
			case 8, 16, 17, 18, 19, 20 -> learn(random);
			default -> {
			}
		}
	}

	private void cancelOne(Random random) {
		List<Pending> open = this.pending.stream().filter((one) -> !one.answer().isDone()).toList();
		if (!open.isEmpty()) {
			open.get(random.nextInt(open.size())).answer().cancel(random.nextBoolean());
			this.cancelled++;
		}
	}

	private void learn(Random random) {
		this.spentByBob += random.nextLong(10 * MicroTokens.PER_TOKEN);
		BucketKey key = BucketKey.of(LIMITS.get(random.nextInt(3)), KEYS.get(random.nextInt(2)));
		merge(key,
				TokenBucketState.empty()
					.consume(new Birth(BOB, 1), this.spentByBob)
					.grant(List.of(BOB), this.spentByBob));
	}

	// What lies above a capacity is withheld until the smallest member consumes it.
	private void consumeExcess() {
		this.spentByBob += tokens(1000);
		TokenBucketState state = TokenBucketState.empty().consume(new Birth(BOB, 1), this.spentByBob);
		LIMITS.forEach((limit) -> KEYS.forEach((key) -> merge(BucketKey.of(limit, key), state)));
	}

	private void merge(BucketKey key, TokenBucketState state) {
		this.carol.store().replicas().merge(new BucketUpdate(key, state), this.carol.now());
	}

	private void count(List<Charge> charges, CompletableFuture<JointDecision> answer) {
		if (!answer.isCancelled() && answer.join().isAdmitted()) {
			charges.forEach((charge) -> this.admitted[LIMITS.indexOf(charge.limit())] += charge.tokens());
		}
	}

	private Stream<BucketStatus> statuses() {
		return LIMITS.stream().flatMap((limit) -> KEYS.stream().map((key) -> this.carol.limiter().peek(limit, key)));
	}

	private record Pending(List<Charge> charges, CompletableFuture<JointDecision> answer) {
	}

}
