package io.openclaw.tokenbucket.persistence;

import java.time.Duration;
import java.util.Collection;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;

/**
 * The port to where buckets are kept that outlive every process of the fleet: entries by
 * name, which members read when they start and overwrite as they go. What is read back is
 * validated, and merged, so that a store may lose and reorder writes and return any
 * earlier one; it then forgets what was spent. Calls follow each other: none is made
 * before the one before it has completed. Methods do not block.
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
	 * Writes and deletes entries, and keeps all of them for as long as asked.
	 * @param written entries by name
	 * @param deleted names of entries to delete
	 * @param timeToLive after which all entries may be forgotten, unless this is called
	 * again
	 * @return completes with whether what was written earlier is still there; if not,
	 * everything must be written again. Exceptionally if this was not written anywhere.
	 */
	CompletionStage<Boolean> save(Map<String, byte[]> written, Collection<String> deleted, Duration timeToLive);

	/**
	 * How much the entries take in the store.
	 * @return bytes as last measured, zero if that is not known
	 */
	long bytes();

	/**
	 * Releases what the store opened itself.
	 */
	@Override
	void close();

	/**
	 * An entry as it was read. Immutable, but for the array.
	 *
	 * @param value what was written
	 * @param age how long ago it was written at least, by the clock of the store
	 */
	record Entry(byte[] value, Duration age) {
	}

}
