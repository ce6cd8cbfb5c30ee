package io.openclaw.tokenbucket.benchmark;

import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import java.util.function.Function;

import io.openclaw.tokenbucket.crdt.Limit;
import io.openclaw.tokenbucket.crdt.MemberId;
import io.openclaw.tokenbucket.crdt.MicroTokens;
import io.openclaw.tokenbucket.crdt.RefillRate;
import io.openclaw.tokenbucket.limiter.BucketStore;
import io.openclaw.tokenbucket.limiter.NanoClock;
import io.openclaw.tokenbucket.limiter.Timer;
import io.openclaw.tokenbucket.limiter.TokenBucketLimiter;
import io.openclaw.tokenbucket.limiter.limit.Consistency;
import io.openclaw.tokenbucket.limiter.limit.LimitPolicy;
import io.openclaw.tokenbucket.limiter.limit.LimiterSettings;
import io.openclaw.tokenbucket.persistence.SnapshotKeeper;
import io.openclaw.tokenbucket.persistence.SnapshotStore;
import io.openclaw.tokenbucket.replication.Replicator;
import io.openclaw.tokenbucket.replication.port.MessageSigning;
import io.openclaw.tokenbucket.replication.port.ReplicationListener;
import io.openclaw.tokenbucket.replication.port.ReplicationSettings;
import io.openclaw.tokenbucket.replication.port.ReplicationTransport;

/**
 * A whole member without network and Redis, wired as auto-configuration does it: with a
 * thread for each of {@link #REPLICATION}, {@link #SAVING} and {@link #DEADLINES}.
 */
final class VirtualMember implements ReplicationListener {

	static final String REPLICATION = "replication";

	static final String SAVING = "saving";

	static final String DEADLINES = "deadlines";

	private static final Duration SYNC_INTERVAL = Duration.ofMillis(200);

	private static final Duration MEMBER_TIMEOUT = Duration.ofSeconds(30);

	static final Duration CREDIT_WAIT = Duration.ofMillis(25);

	private static final int MOST_KEYS = 2_000_000;

	private final BucketStore store;

	private final TokenBucketLimiter limiter;

	private final Replicator replicator;

	/**
	 * Creates a member that begins to join.
	 * @param transport connects it to others
	 * @param threads finds the thread of a part, which runs one task after the other
	 */
	VirtualMember(String node, List<LimitPolicy> limits, ReplicationTransport transport, NanoClock clock,
			Function<String, Timer> threads) {
		this.store = new BucketStore(new MemberId(node, 17), limits, new LimiterSettings(3, SYNC_INTERVAL, MOST_KEYS),
				clock);
		this.limiter = new TokenBucketLimiter(this.store, clock, threads.apply(DEADLINES), null);
		Timer replicating = threads.apply(REPLICATION);
		this.replicator = new Replicator(this.store, transport,
				new ReplicationSettings(null, 3, SYNC_INTERVAL, MEMBER_TIMEOUT), clock, replicating, this);
		SnapshotKeeper keeper = new SnapshotKeeper(this.store, new Forgetful(), MessageSigning.NONE, clock,
				threads.apply(SAVING), this);
		this.replicator.founded().thenAccept(keeper::joined);
		keeper.start(3);
		replicating.schedule(Duration.ofMillis(1), this.replicator::start);
	}

	static LimitPolicy limit(String name, RefillRate rate) {
		return new LimitPolicy(new Limit(name, MicroTokens.ofTokens(1000), rate, MicroTokens.ofTokens(1000), 0),
				Consistency.BOUNDED, CREDIT_WAIT);
	}

	BucketStore store() {
		return this.store;
	}

	TokenBucketLimiter limiter() {
		return this.limiter;
	}

	Replicator replicator() {
		return this.replicator;
	}

	/**
	 * Takes everything and keeps nothing.
	 */
	private static final class Forgetful implements SnapshotStore {

		@Override
		public CompletionStage<Void> load(Consumer<Collection<Entry>> receiver) {
			return CompletableFuture.completedFuture(null);
		}

		@Override
		public CompletionStage<Boolean> save(Map<String, byte[]> written, Collection<String> deleted,
				Duration timeToLive) {
			return CompletableFuture.completedFuture(true);
		}

		@Override
		public long bytes() {
			return 0;
		}

		@Override
		public void close() {
		}

	}

}
