package io.openclaw.tokenbucket.crdt;

/**
 * What receives entries that grew.
 *
 * @param <K> what an amount is counted under
 */
@FunctionalInterface
public interface GrowthListener<K> {

	/**
	 * Receives an entry.
	 * @param key what the amount is counted under
	 * @param amount the amount
	 * @param before the smaller amount of the other counter
	 */
	void accept(K key, long amount, long before);

}
