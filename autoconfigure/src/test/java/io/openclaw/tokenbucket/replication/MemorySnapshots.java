package io.openclaw.tokenbucket.replication;

import java.time.Duration;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;

import io.openclaw.tokenbucket.persistence.SnapshotStore;
import io.openclaw.tokenbucket.simulation.VirtualTime;

/**
 * A store that outlives the members of a test.
 */
final class MemorySnapshots {

	private final VirtualTime time;

	private Map<String, Written> entries = new LinkedHashMap<>();

	private long generation;

	private boolean broken;

	private int largestPage;

	private int writes;

	private Duration timeToLive = Duration.ZERO;

	MemorySnapshots(VirtualTime time) {
		this.time = time;
	}

	/**
	 * The store as one process sees it.
	 */
	SnapshotStore connect() {
		return new Connection();
	}

	Map<String, Written> entries() {
		return this.entries;
	}

	/**
	 * Replaces everything by what was there at some time.
	 */
	void reset(Map<String, Written> earlier, long earlierGeneration) {
		this.entries = new LinkedHashMap<>(earlier);
		this.generation = earlierGeneration;
	}

	long generation() {
		return this.generation;
	}

	void breakDown(boolean down) {
		this.broken = down;
	}

	int largestPage() {
		return this.largestPage;
	}

	/**
	 * For how long the entries were to be kept when they were written last.
	 */
	Duration timeToLive() {
		return this.timeToLive;
	}

	int writes() {
		return this.writes;
	}

	void put(String name, byte[] value) {
		this.entries.put(name, new Written(value, this.time.elapsed()));
	}

	record Written(byte[] value, Duration at) {
	}

	private final class Connection implements SnapshotStore {

		private long seen;

		@Override
		public CompletionStage<Void> load(Consumer<Collection<Entry>> receiver) {
			MemorySnapshots all = MemorySnapshots.this;
			if (all.broken) {
				return CompletableFuture.failedFuture(new IllegalStateException("broken"));
			}
			receiver.accept(all.entries.values()
				.stream()
				.map((written) -> new Entry(written.value(), all.time.elapsed().minus(written.at())))
				.toList());
			this.seen = all.generation;
			return CompletableFuture.completedFuture(null);
		}

		@Override
		public CompletionStage<Boolean> save(Map<String, byte[]> written, Collection<String> deleted,
				Duration timeToLive) {
			MemorySnapshots all = MemorySnapshots.this;
			if (all.broken) {
				throw new IllegalStateException("broken");
			}
			all.timeToLive = timeToLive;
			written.forEach(all::put);
			deleted.forEach(all.entries::remove);
			all.largestPage = Math.max(all.largestPage, written.size() + deleted.size());
			all.writes += written.size();
			boolean complete = ++all.generation > this.seen;
			this.seen = all.generation;
			return CompletableFuture.completedFuture(complete);
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
