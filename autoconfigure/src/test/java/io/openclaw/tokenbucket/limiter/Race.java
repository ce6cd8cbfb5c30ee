package io.openclaw.tokenbucket.limiter;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;

import org.openjdk.jcstress.infra.results.III_Result;

import io.openclaw.tokenbucket.crdt.Birth;
import io.openclaw.tokenbucket.crdt.MemberId;
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
import static io.openclaw.tokenbucket.limiter.Fleets.healthy;
import static io.openclaw.tokenbucket.limiter.Fleets.tokens;

/**
 * One member on which two threads do something at once, and the books that must agree
 * afterwards. Its clock goes on only when it is told to.
 */
abstract class Race {

	static final String LIMIT = "rating";

	static final String KEY = "4711";

	static final BucketKey BUCKET = BucketKey.of(LIMIT, KEY);

	static final String NO_REFILL = "0.000001";

	private final AtomicLong now = new AtomicLong(1_000_000_000);

	private final AtomicLong admitted = new AtomicLong();

	private final Queue<Runnable> timer = new ConcurrentLinkedQueue<>();

	private final Map<BucketKey, TokenBucketState> published = new HashMap<>();

	final BucketStore store;

	final TokenBucketLimiter limiter;

	private long batch;

	Race(LimitPolicy... policies) {
		this.store = new BucketStore(ALICE, List.of(policies), new LimiterSettings(3, Duration.ofMillis(200), 100),
				this.now::get);
		this.limiter = new TokenBucketLimiter(this.store, this.now::get, (delay, task) -> this.timer.add(task), null);
	}

	static LimitPolicy limit(String name, long capacity, Consistency consistency) {
		return Fleets.policy(Fleets.limit(name, capacity, NO_REFILL, capacity), consistency);
	}

	static LimitPolicy limit(long capacity, Consistency consistency) {
		return limit(LIMIT, capacity, consistency);
	}

	final void hear(MemberId... peers) {
		pass(Duration.ofNanos(1));
		this.store.membershipChanged(healthy(now(), ALICE, peers), now());
	}

	final long now() {
		return this.now.get();
	}

	final void pass(Duration duration) {
		this.now.addAndGet(duration.toNanos());
	}

	/** Has everybody whose wait is over by now told so. */
	final void runTimer() {
		for (int due = this.timer.size(); due > 0; due--) {
			this.timer.remove().run();
		}
	}

	final CompletionStage<Decision> request(long tokens) {
		return request(LIMIT, tokens);
	}

	/** Asks for tokens, and counts them once they are admitted. */
	final CompletionStage<Decision> request(String limit, long tokens) {
		Decision decision = this.limiter.tryConsume(limit, KEY, tokens);
		CompletionStage<Decision> answer = (decision.completion() != null) ? decision.completion()
				: CompletableFuture.completedFuture(decision);
		answer.thenAccept((answered) -> this.admitted.addAndGet(answered.isAdmitted() ? tokens : 0));
		return answer;
	}

	/** Asks several limits for as much each. */
	final CompletionStage<JointDecision> request(long tokens, String... limits) {
		JointDecision decision = this.limiter
			.tryConsume(Stream.of(limits).map((limit) -> new Charge(limit, KEY, tokens)).toList());
		CompletionStage<JointDecision> answer = (decision.completion() != null) ? decision.completion()
				: CompletableFuture.completedFuture(decision);
		answer.thenAccept((answered) -> this.admitted.addAndGet(answered.isAdmitted() ? tokens : 0));
		return answer;
	}

	final void mergeSpentByBob(long tokens) {
		this.store.replicas().merge(new BucketUpdate(BUCKET, spentByBob(tokens)), now());
	}

	static TokenBucketState spentByBob(long tokens) {
		return TokenBucketState.empty().consume(new Birth(BOB, 1), tokens(tokens));
	}

	final void publish() {
		this.batch++;
		for (Optional<BucketUpdate> update = this.store.replicas().publishNext(this.batch, now()); update
			.isPresent(); update = this.store.replicas().publishNext(this.batch, now())) {
			this.published.merge(update.get().key(), update.get().state(), TokenBucketState::merge);
		}
	}

	final void acknowledge() {
		this.store.replicas()
			.keys()
			.forEachRemaining((key) -> this.store.replicas().acknowledge(key, this.batch, now()));
	}

	final int admitted() {
		return this.admitted.intValue();
	}

	/** What is left to spend, once nobody waits any more and nothing is set aside. */
	final int level(String limit) {
		BucketStatus status = this.limiter.peek(limit, KEY);
		if (status.waiting() > 0 || status.spendable() != status.level() || this.store.replicas().hasWaiting()) {
			throw new AssertionError("something is still set aside: " + status);
		}
		return (int) MicroTokens.toWholeTokens(status.level());
	}

	/** What others learn that this member spent. */
	final int published(String limit) {
		publish();
		return (int) this.published.entrySet()
			.stream()
			.filter((entry) -> entry.getKey().limit().equals(limit))
			.mapToLong((entry) -> MicroTokens.toWholeTokens(entry.getValue().netConsumedBy(ALICE)))
			.sum();
	}

	/**
	 * Balances the books: tokens that were admitted, that are left, and that others learn
	 * this member has spent.
	 */
	final void balance(III_Result result) {
		result.r1 = admitted();
		result.r2 = level(LIMIT);
		result.r3 = published(LIMIT);
	}

}
