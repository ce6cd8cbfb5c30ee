package io.openclaw.tokenbucket.limiter;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;

import io.openclaw.tokenbucket.crdt.Birth;
import io.openclaw.tokenbucket.crdt.TokenBucketState;

import static io.openclaw.tokenbucket.limiter.Fleets.ALICE;
import static io.openclaw.tokenbucket.limiter.Fleets.BOB;
import static io.openclaw.tokenbucket.limiter.Fleets.healthy;
import static io.openclaw.tokenbucket.limiter.Fleets.tokens;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * One member on which two threads do something at once, and the books of what must be
 * true afterwards. Its clock stands still.
 */
abstract class Race {

	static final String KEY = "4711";

	private final AtomicLong now = new AtomicLong(1_000_000_000);

	private final AtomicLong admitted = new AtomicLong();

	private final Map<BucketKey, TokenBucketState> published = new HashMap<>();

	final BucketStore store;

	final TokenBucketLimiter limiter;

	private long batch;

	Race(LimitPolicy... policies) {
		this.store = new BucketStore(ALICE, List.of(policies), new LimiterSettings(3, Duration.ofMillis(200), 100),
				this.now::get);
		this.limiter = new TokenBucketLimiter(this.store, this.now::get, (delay, task) -> {
		}, null);
		this.store.membershipChanged(healthy(now(), ALICE, BOB), now());
	}

	/** What one thread does. */
	abstract void first();

	/** What the other thread does at the same time. */
	abstract void second();

	/** What must be true once both are done. */
	abstract void check();

	final long now() {
		return this.now.get();
	}

	final void pass(Duration duration) {
		this.now.addAndGet(duration.toNanos());
	}

	final boolean request() {
		boolean admits = this.limiter.tryConsume("rating", KEY, 1).isAdmitted();
		if (admits) {
			this.admitted.incrementAndGet();
		}
		return admits;
	}

	/** A request that must wait, since credit is exhausted. */
	final CompletableFuture<Decision> waiting(long tokens) {
		Decision decision = this.limiter.tryConsume("rating", KEY, tokens);
		assertThat(decision.outcome()).isEqualTo(Outcome.WAITING);
		return decision.completion().toCompletableFuture();
	}

	final long admitted() {
		return this.admitted.get();
	}

	final void mergeSpentByBob(long tokens) {
		TokenBucketState state = TokenBucketState.empty().consume(new Birth(BOB, 1), tokens(tokens));
		this.store.merge(new BucketUpdate(BucketKey.of("rating", KEY), state), now());
	}

	final void publish() {
		this.batch++;
		for (Optional<BucketUpdate> update = this.store.publishNext(this.batch, now()); update
			.isPresent(); update = this.store.publishNext(this.batch, now())) {
			this.published.merge(update.get().key(), update.get().state(), TokenBucketState::merge);
		}
	}

	final void acknowledge() {
		this.store.forEachKey((key) -> this.store.acknowledge(key, this.batch, now()));
	}

	/** What others learn that was spent here. */
	final long published(String limit) {
		publish();
		return this.published.entrySet()
			.stream()
			.filter((entry) -> entry.getKey().limit().equals(limit))
			.mapToLong((entry) -> entry.getValue().netConsumedBy(ALICE))
			.sum();
	}

	/** All that was spent is in the level once, and others learn of it. */
	final void assertSpent(String limit, long here, long byBob) {
		BucketStatus status = this.limiter.peek(limit, KEY);
		assertThat(published(limit)).as("published of %s", limit).isEqualTo(tokens(here));
		assertThat(status.level()).as("level of %s", limit)
			.isEqualTo(status.limit().capacity() - tokens(here) - tokens(byBob));
		assertThat(status.waiting()).isZero();
		assertThat(this.store.hasWaiting()).isFalse();
	}

}
