package io.openclaw.tokenbucket.persistence;

import java.time.Duration;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.BiConsumer;
import java.util.function.Supplier;

import org.jspecify.annotations.Nullable;

import io.openclaw.tokenbucket.limiter.BucketStore;
import io.openclaw.tokenbucket.limiter.NanoClock;
import io.openclaw.tokenbucket.limiter.Timer;
import io.openclaw.tokenbucket.limiter.limit.LimitDefinition;
import io.openclaw.tokenbucket.limiter.membership.MembershipView;
import io.openclaw.tokenbucket.limiter.port.BucketKey;
import io.openclaw.tokenbucket.limiter.port.UnsavedBuckets;
import io.openclaw.tokenbucket.replication.StateCodec;
import io.openclaw.tokenbucket.replication.port.MessageSigning;
import io.openclaw.tokenbucket.replication.port.ReplicationListener;

/**
 * Keeps the buckets in a {@link SnapshotStore}: reads them when this process starts, and
 * writes those that changed on a tick, so many at most. Each member writes all that it
 * hears of, so nothing is lost with one of them. Nothing is written before everything was
 * read, else what a new process does not know would be overwritten. All work happens in
 * tasks of one timer of its own, which must run them one after the other.
 */
public final class SnapshotKeeper {

	private static final Duration INTERVAL = Duration.ofSeconds(1);

	private static final Duration LONGEST_PAUSE = Duration.ofSeconds(10);

	// What one member writes on a tick; the rest waits.
	public static final int MAX_A_TICK = 10_000;

	private static final Duration SHORTEST_TIME_TO_LIVE = Duration.ofMinutes(10);

	private static final Duration LONGEST_TIME_TO_LIVE = Duration.ofDays(3650);

	private final BucketStore store;

	private final SnapshotStore snapshots;

	private final StateCodec codec;

	private final Restoration restoration;

	private final UnsavedBuckets unsaved;

	// All buckets, where the store has lost some, on their way to be written again.
	private Iterator<BucketKey> again = Collections.emptyIterator();

	private final NanoClock clock;

	private final Timer timer;

	private final CompletableFuture<Void> firstRead = new CompletableFuture<>();

	private final CompletableFuture<Void> stopped = new CompletableFuture<>();

	private Duration pause = INTERVAL;

	private Map<String, LimitDefinition> savedLimits = Map.of();

	private int budget;

	private boolean loaded;

	private boolean busy;

	private boolean stopping;

	/**
	 * Creates a keeper; nothing happens before it is started.
	 * @param store the buckets
	 * @param snapshots where they are kept; closed when this stops
	 * @param signing how entries are signed
	 * @param clock the clock of the limiter
	 * @param timer runs all work, one task after the other
	 * @param listener is told what is rejected
	 */
	public SnapshotKeeper(BucketStore store, SnapshotStore snapshots, MessageSigning signing, NanoClock clock,
			Timer timer, ReplicationListener listener) {
		this.store = store;
		this.snapshots = snapshots;
		this.codec = new StateCodec(signing);
		this.restoration = new Restoration(store, this.codec, clock, listener);
		this.unsaved = store.replicas().unsaved();
		this.clock = clock;
		this.timer = timer;
	}

	/**
	 * Begins to read. Until a replicator takes over, the limiter spends as a joiner may,
	 * and accrues nothing.
	 * @param replicationFactor members to reckon with, positive
	 * @return completes once everything was read, exceptionally if the first attempt
	 * fails; others follow
	 */
	public CompletionStage<Void> start(int replicationFactor) {
		long now = this.clock.nanoTime();
		this.store.membershipChanged(MembershipView.joining(this.store.self(), replicationFactor, now), now);
		this.unsaved.record();
		this.timer.schedule(Duration.ZERO, this::load);
		return this.firstRead.minimalCompletionStage();
	}

	/**
	 * This member is counted.
	 * @param founder whether it found nobody who was counted before, so that nobody
	 * refilled the buckets since they were saved
	 */
	public void joined(boolean founder) {
		this.timer.schedule(Duration.ZERO, () -> {
			if (founder) {
				this.restoration.refill();
			}
			this.restoration.end();
		});
	}

	/**
	 * Writes what is not saved, and ends. To be called after the replicator has left.
	 * @return completes when that is done
	 */
	public CompletionStage<Void> stop() {
		this.timer.schedule(Duration.ZERO, () -> {
			this.stopping = true;
			// What was spent since the replicator's last tick.
			this.store.finish(this.clock.nanoTime());
			if (!this.busy) {
				saveOrEnd();
			}
		});
		return this.stopped.minimalCompletionStage();
	}

	private void load() {
		this.busy = true;
		attempt(() -> this.snapshots.load(this.restoration::receive), (done, failure) -> {
			if (failure == null) {
				this.loaded = true;
				this.restoration.receiveWaiting();
				this.firstRead.complete(null);
			}
			else {
				this.firstRead.completeExceptionally(failure);
			}
			this.pause = (failure != null) ? longer(this.pause) : INTERVAL;
			afterwards();
		});
	}

	private void tick() {
		if (this.stopping) {
			return;
		}
		if (this.loaded) {
			// Of a server that answered late.
			this.restoration.receiveWaiting();
			this.budget = MAX_A_TICK;
			save();
		}
		else {
			load();
		}
	}

	private void save() {
		this.busy = true;
		Map<String, LimitDefinition> limits = this.store.limits().definitions();
		SnapshotPage page = SnapshotPage.of(take(Math.min(this.budget, StateCodec.MAX_BUCKETS)), this.store, this.codec,
				this.clock.nanoTime());
		this.budget -= page.keys().size();
		attempt(() -> this.snapshots.save(page.written(), page.deleted(), timeToLive()), (complete, failure) -> {
			if (failure == null) {
				this.savedLimits = limits;
				onSaved(complete);
			}
			else {
				onFailed(page);
			}
		});
	}

	// What changed goes first.
	private List<BucketKey> take(int most) {
		List<BucketKey> taken = this.unsaved.take(most);
		while (taken.size() < most && this.again.hasNext()) {
			taken.add(this.again.next());
		}
		return taken;
	}

	private boolean isSaved() {
		return this.unsaved.isEmpty() && !this.again.hasNext();
	}

	private void onSaved(@Nullable Boolean complete) {
		this.pause = INTERVAL;
		if (Boolean.FALSE.equals(complete)) {
			this.again = this.store.replicas().keys();
		}
		if (this.budget > 0 && !isSaved()) {
			save();
		}
		else {
			afterwards();
		}
	}

	private void onFailed(SnapshotPage page) {
		this.unsaved.addAll(page.keys());
		this.pause = longer(this.pause);
		if (this.stopping) {
			end();
		}
		else {
			afterwards();
		}
	}

	private void afterwards() {
		this.busy = false;
		if (this.stopping) {
			saveOrEnd();
		}
		else {
			this.timer.schedule(this.pause, this::tick);
		}
	}

	private void saveOrEnd() {
		if (this.loaded && (!isSaved() || !this.savedLimits.equals(this.store.limits().definitions()))) {
			this.budget = Integer.MAX_VALUE;
			save();
		}
		else {
			end();
		}
	}

	private void end() {
		this.busy = true;
		this.stopped.complete(null);
	}

	// A store that throws has failed like one that says so.
	private <T> void attempt(Supplier<CompletionStage<T>> action, BiConsumer<@Nullable T, @Nullable Throwable> next) {
		CompletionStage<T> begun;
		try {
			begun = action.get();
		}
		catch (RuntimeException ex) {
			begun = CompletableFuture.failedFuture(ex);
		}
		begun.whenComplete((result, failure) -> this.timer.schedule(Duration.ZERO, () -> next.accept(result, failure)));
	}

	private static Duration longer(Duration pause) {
		Duration doubled = pause.multipliedBy(2);
		return (doubled.compareTo(LONGEST_PAUSE) < 0) ? doubled : LONGEST_PAUSE;
	}

	// A bucket may be overdrawn as well, by less than it holds as a rule.
	private Duration timeToLive() {
		Duration timeToFull = this.store.limits().longestTimeToFull();
		if (timeToFull.compareTo(LONGEST_TIME_TO_LIVE.dividedBy(2)) > 0) {
			return LONGEST_TIME_TO_LIVE;
		}
		Duration twice = timeToFull.multipliedBy(2);
		return (twice.compareTo(SHORTEST_TIME_TO_LIVE) > 0) ? twice : SHORTEST_TIME_TO_LIVE;
	}

}
