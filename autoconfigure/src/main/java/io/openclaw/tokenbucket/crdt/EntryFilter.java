package io.openclaw.tokenbucket.crdt;

/**
 * A test of entries.
 *
 * @param <K> what an amount is counted under
 */
@FunctionalInterface
public interface EntryFilter<K> {

	/**
	 * Tests an entry.
	 * @param key what the amount is counted under
	 * @param amount the amount
	 * @return whether it passes
	 */
	boolean test(K key, long amount);

}
