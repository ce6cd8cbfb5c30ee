package io.openclaw.tokenbucket.limiter;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import io.openclaw.tokenbucket.crdt.Birth;
import io.openclaw.tokenbucket.crdt.MicroTokens;
import io.openclaw.tokenbucket.crdt.TokenBucketState;
import io.openclaw.tokenbucket.limiter.decision.Charge;
import io.openclaw.tokenbucket.limiter.decision.Decision;
import io.openclaw.tokenbucket.limiter.decision.JointDecision;
import io.openclaw.tokenbucket.limiter.limit.Consistency;
import io.openclaw.tokenbucket.limiter.limit.LimitPolicy;
import io.openclaw.tokenbucket.limiter.limit.LimiterSettings;
import io.openclaw.tokenbucket.limiter.port.BucketKey;
import io.openclaw.tokenbucket.limiter.port.BucketStatus;
import io.openclaw.tokenbucket.limiter.port.BucketUpdate;

import static io.openclaw.tokenbucket.limiter.Fleets.ALICE;
import static io.openclaw.tokenbucket.limiter.Fleets.BOB;
import static io.openclaw.tokenbucket.limiter.Fleets.heardUntil;
import static io.openclaw.tokenbucket.limiter.Fleets.limit;
import static io.openclaw.tokenbucket.limiter.Fleets.policy;
import static io.openclaw.tokenbucket.limiter.Fleets.tokens;
import static io.openclaw.tokenbucket.limiter.Fleets.view;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests with real threads: eight that ask, and one that replicates beside them.
 */
@Timeout(60)
class ConcurrencyTests {

	private static final int THREADS = 8;

	private static final int CAPACITY = 20_000;

	private static final String NO_REFILL = "0.000001";

	private final ExecutorService threads = Executors.newFixedThreadPool(THREADS + 1);

	private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor();

	private final Map<BucketKey, TokenBucketState> published = new HashMap<>();

	private final AtomicBoolean asking = new AtomicBoolean(true);

	private final AtomicBoolean reborn = new AtomicBoolean();

	private final AtomicLong leapt = new AtomicLong();

	private long batch;

	@AfterEach
	void stop() {
		this.threads.shutdownNow();
		this.timer.shutdownNow();
	}

	@ParameterizedTest
	@EnumSource
	void nothingIsLostOrAdmittedTwiceWhileOneReplicates(Consistency consistency) {
		BucketStore store = store(policy(limit(CAPACITY, NO_REFILL), consistency));
		hear(store);
		TokenBucketLimiter limiter = limiter(store);
		Future<Long> spentByBob = replicate(store, true, Duration.ZERO);
		long admitted = sum(together(() -> {
			List<CompletableFuture<Decision>> decisions = new ArrayList<>();
			for (int i = 0; i < CAPACITY / 4; i++) {
				decisions.add(decision(limiter.tryConsume("rating", "4711", 1)));
			}
			return decisions.stream().filter((decision) -> decision.join().isAdmitted()).count();
		}));
		long bob = result(spentByBob);
		BucketStatus status = limiter.peek("rating", "4711");
		assertThat(status.level()).isBetween(left(admitted, bob), left(admitted, bob) + 100);
		assertThat(consumed("rating")).isEqualTo(tokens(admitted));
		assertThat(status.spendable()).isEqualTo(status.level());
		assertThat(store.replicas().hasWaiting()).isFalse();
		assertThat(admitted).isPositive().isLessThanOrEqualTo(CAPACITY);
		if (consistency != Consistency.STRICT) {
			assertThat(status.level()).as("nobody was rejected while there were tokens").isLessThan(tokens(1));
		}
	}

	@Test
	void jointRequestsInAnyOrderConsumeAllOrNothing() {
		BucketStore store = store(policy(limit("per-ip", 3000, NO_REFILL, 3000), Consistency.BOUNDED),
				policy(limit("per-key", 5000, NO_REFILL, 5000), Consistency.EVENTUAL),
				policy(limit("per-user", 4000, NO_REFILL, 4000), Consistency.STRICT));
		hear(store);
		TokenBucketLimiter limiter = limiter(store);
		Future<Long> replicating = replicate(store, false, Duration.ZERO);
		Charge ip = new Charge("per-ip", "4711", 1);
		Charge key = new Charge("per-key", "4711", 1);
		Charge user = new Charge("per-user", "4711", 1);
		List<List<Charge>> requests = List.of(List.of(ip, key), List.of(key, ip), List.of(user, key, ip),
				List.of(key, user), List.of(user));
		Map<String, Long> admitted = new HashMap<>();
		together(() -> {
			List<CompletableFuture<JointDecision>> decisions = new ArrayList<>();
			for (int i = 0; i < 2000; i++) {
				JointDecision decision = limiter.tryConsume(requests.get(i % requests.size()));
				decisions.add((decision.completion() != null) ? decision.completion().toCompletableFuture()
						: CompletableFuture.completedFuture(decision));
			}
			return decisions.stream().map(CompletableFuture::join).toList();
		}).forEach((decisions) -> decisions.stream()
			.filter(JointDecision::isAdmitted)
			.flatMap((decision) -> decision.decisions().stream())
			.forEach((decision) -> admitted.merge(decision.limit().name(), 1L, Long::sum)));
		result(replicating);
		for (String limit : List.of("per-ip", "per-key", "per-user")) {
			BucketStatus status = limiter.peek(limit, "4711");
			long left = status.limit().capacity() - tokens(admitted.get(limit));
			assertThat(status.level()).as(limit).isBetween(left, left + 100).isNotNegative();
			assertThat(status.spendable()).as(limit).isEqualTo(status.level());
			assertThat(consumed(limit)).as(limit).isEqualTo(tokens(admitted.get(limit)));
		}
		assertThat(store.replicas().hasWaiting()).isFalse();
	}

	@Test
	void noSpendingIsLostWhereBucketsAreDroppedAndCreatedAgain() {
		BucketStore store = store(policy(limit(50, "1000000000"), Consistency.EVENTUAL));
		hear(store);
		TokenBucketLimiter limiter = limiter(store);
		Future<Long> replicating = replicate(store, false, Duration.ofSeconds(11));
		long admitted = sum(together(() -> {
			long mine = 0;
			for (int i = 0; i < CAPACITY || !this.reborn.get(); i++) {
				mine += limiter.tryConsume("rating", "key-" + i % 50, 1).isAdmitted() ? 1 : 0;
			}
			return mine;
		}));
		result(replicating);
		assertThat(consumed("rating")).isEqualTo(tokens(admitted));
		assertThat(store.size()).isEqualTo(limiter.activeKeys("rating"));
	}

	// One thread plays replication: it sends, acknowledges, ticks, tells what a peer
	// spent, and lets time leap.
	private Future<Long> replicate(BucketStore store, boolean peerSpends, Duration leap) {
		return this.threads.submit(() -> {
			long spent = 0;
			while (this.asking.get()) {
				exchange(store);
				this.leapt.addAndGet(leap.toNanos());
				store.tick(now());
				if (peerSpends && spent < CAPACITY / 4) {
					spent += 10;
					TokenBucketState peer = TokenBucketState.empty().consume(new Birth(BOB, 1), tokens(spent));
					store.replicas().merge(new BucketUpdate(BucketKey.of("rating", "4711"), peer), now());
				}
			}
			exchange(store);
			return spent;
		});
	}

	private long now() {
		return System.nanoTime() + this.leapt.get();
	}

	private void exchange(BucketStore store) {
		long number = ++this.batch;
		List<BucketKey> sent = new ArrayList<>();
		for (Optional<BucketUpdate> update = store.replicas().publishNext(number, now()); update
			.isPresent(); update = store.replicas().publishNext(number, now())) {
			sent.add(update.get().key());
			TokenBucketState known = this.published.merge(update.get().key(), update.get().state(),
					TokenBucketState::merge);
			if (known.consumed().size() > 1) {
				this.reborn.set(true);
			}
		}
		sent.forEach((key) -> store.replicas().acknowledge(key, number, now()));
	}

	private <T> List<T> together(Callable<T> task) {
		CyclicBarrier start = new CyclicBarrier(THREADS);
		List<Future<T>> running = new ArrayList<>();
		for (int i = 0; i < THREADS; i++) {
			running.add(this.threads.submit(() -> {
				start.await();
				return task.call();
			}));
		}
		List<T> results = running.stream().map(ConcurrencyTests::result).toList();
		this.asking.set(false);
		return results;
	}

	private TokenBucketLimiter limiter(BucketStore store) {
		return new TokenBucketLimiter(store, this::now,
				(delay, task) -> this.timer.schedule(task, delay.toNanos(), TimeUnit.NANOSECONDS), null);
	}

	private long consumed(String limit) {
		return this.published.entrySet()
			.stream()
			.filter((entry) -> entry.getKey().limit().equals(limit))
			.mapToLong((entry) -> entry.getValue().netConsumedBy(ALICE))
			.sum();
	}

	private BucketStore store(LimitPolicy... policies) {
		return new BucketStore(ALICE, List.of(policies), new LimiterSettings(3, Duration.ofMillis(200), 1000),
				this::now);
	}

	private void hear(BucketStore store) {
		long now = now();
		store.membershipChanged(view(now, ALICE, heardUntil(BOB, now, now + Long.MAX_VALUE / 4)), now);
	}

	private static CompletableFuture<Decision> decision(Decision decision) {
		return (decision.completion() != null) ? decision.completion().toCompletableFuture()
				: CompletableFuture.completedFuture(decision);
	}

	private static long left(long admitted, long byBob) {
		return (CAPACITY - admitted - byBob) * MicroTokens.PER_TOKEN;
	}

	private static long sum(List<Long> amounts) {
		return amounts.stream().mapToLong(Long::longValue).sum();
	}

	private static <T> T result(Future<T> future) {
		try {
			return future.get();
		}
		catch (ExecutionException | InterruptedException ex) {
			throw new IllegalStateException(ex);
		}
	}

}
