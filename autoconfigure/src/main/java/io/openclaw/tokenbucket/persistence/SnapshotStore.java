package io.openclaw.tokenbucket.persistence;

import java.time.Duration;
import java.util.Collection;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;

/**
 * The port to a store for buckets that outlive every process of the fleet. It holds
 * entries by name. Members read them when they start, and overwrite them later. State
 * that is read back is validated and merged. So a store may lose and reorder writes, and
 * return any earlier one; it then forgets spending. Each call begins only after the one
 * before has completed. Methods do not block.
 */
public interface SnapshotStore extends AutoCloseable {

	/**
	 * Reads all entries, possibly some of them several times. May be called again after a
	 * failure.
	 * @param receiver receives them, on any thread, one page after the other
	 * @return completes when all have been received, exceptionally if not all can be read
	 */
	CompletionStage<Void> load(Consumer<Collection<Entry>> receiver);

	/**
	 * Writes and deletes entries, and sets the lifetime of all.
	 * @param written entries by name
	 * @param deleted names of entries to delete
	 * @param timeToLive the time after which the store may forget all entries, unless
	 * this is called again
	 * @return completes with {@code false} if earlier entries are gone, so that
	 * everything must be written again. Completes exceptionally if nothing could be
	 * written.
	 */
	CompletionStage<Boolean> save(Map<String, byte[]> written, Collection<String> deleted, Duration timeToLive);

	/**
	 * The size of the entries in the store.
	 * @return bytes as last measured, zero if that is not known
	 */
	long bytes();

	/**
	 * Releases the resources that the store opened.
	 */
	@Override
	void close();

	/**
	 * An entry as it was read. Immutable, but for the array.
	 *
	 * @param value the written bytes
	 * @param age the least time since it was written, by the clock of the store
	 */
	record Entry(byte[] value, Duration age) {
	}

}
