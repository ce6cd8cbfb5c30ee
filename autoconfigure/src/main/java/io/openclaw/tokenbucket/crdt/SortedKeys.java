package io.openclaw.tokenbucket.crdt;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;

/**
 * The keys of a counter: in order, each once. Counters that grow from one another share
 * them. Immutable, and so thread-safe.
 *
 * @param <K> the key type
 */
abstract class SortedKeys<K extends Comparable<K>> {

	private static final SortedKeys<?> NONE = new OfAny<Birth>(new Comparable<?>[0]);

	@SuppressWarnings("unchecked")
	static <K extends Comparable<K>> SortedKeys<K> none() {
		return (SortedKeys<K>) NONE;
	}

	/**
	 * Keys that are in order, each once.
	 */
	@SuppressWarnings("unchecked")
	static <K extends Comparable<K>> SortedKeys<K> of(List<K> sorted) {
		if (sorted.isEmpty()) {
			return none();
		}
		return (sorted.get(0) instanceof Birth) ? (SortedKeys<K>) new SortedBirths((List<Birth>) sorted)
				: new OfAny<>(sorted.toArray(new Comparable<?>[0]));
	}

	abstract int size();

	abstract K get(int index);

	abstract int compare(int index, K key);

	abstract int compare(int index, SortedKeys<K> other, int otherIndex);

	/**
	 * Whether the other has these very keys.
	 */
	abstract boolean isSame(SortedKeys<?> other);

	/**
	 * Whether a collection contains these keys in this order and no others.
	 */
	final boolean areAll(Collection<K> keys) {
		if (keys.size() != size()) {
			return false;
		}
		int index = 0;
		for (K key : keys) {
			if (compare(index++, key) != 0) {
				return false;
			}
		}
		return true;
	}

	/**
	 * Where a key is.
	 * @return its index; where it would be inserted, as a negative number less one, if it
	 * is not there
	 */
	final int indexOf(K key) {
		int low = 0;
		int high = size() - 1;
		while (low <= high) {
			int middle = (low + high) >>> 1;
			int order = compare(middle, key);
			if (order == 0) {
				return middle;
			}
			low = (order < 0) ? middle + 1 : low;
			high = (order < 0) ? high : middle - 1;
		}
		return -low - 1;
	}

	final SortedKeys<K> insert(int at, K key) {
		List<K> grown = new ArrayList<>(size() + 1);
		for (int i = 0; i <= size(); i++) {
			grown.add((i == at) ? key : get((i < at) ? i : i - 1));
		}
		return of(grown);
	}

	final SortedKeys<K> retain(int[] indices) {
		return of(Arrays.stream(indices).mapToObj(this::get).toList());
	}

	/**
	 * The keys of both.
	 */
	final Union<K> union(SortedKeys<K> other) {
		int most = size() + other.size();
		List<K> keys = new ArrayList<>(most);
		int[] here = new int[most];
		int[] there = new int[most];
		int mine = 0;
		int theirs = 0;
		while (mine < size() || theirs < other.size()) {
			int order = order(mine, other, theirs);
			int at = keys.size();
			keys.add((order <= 0) ? get(mine) : other.get(theirs));
			here[at] = (order <= 0) ? mine++ : -1;
			there[at] = (order >= 0) ? theirs++ : -1;
		}
		return new Union<>(of(keys), here, there);
	}

	private int order(int mine, SortedKeys<K> other, int theirs) {
		if (mine == size()) {
			return 1;
		}
		return (theirs == other.size()) ? -1 : compare(mine, other, theirs);
	}

	@Override
	public final boolean equals(Object other) {
		return other instanceof SortedKeys<?> keys && isSame(keys);
	}

	@Override
	public final int hashCode() {
		int hash = 1;
		for (int i = 0; i < size(); i++) {
			hash = 31 * hash + get(i).hashCode();
		}
		return hash;
	}

	/**
	 * The keys of two counters, and where each is in them: -1 where it is in the other
	 * alone.
	 */
	record Union<K extends Comparable<K>>(SortedKeys<K> keys, int[] here, int[] there) {
	}

	private static final class OfAny<K extends Comparable<K>> extends SortedKeys<K> {

		private final Comparable<?>[] keys;

		OfAny(Comparable<?>[] keys) {
			this.keys = keys;
		}

		@Override
		int size() {
			return this.keys.length;
		}

		@Override
		@SuppressWarnings("unchecked")
		K get(int index) {
			return (K) this.keys[index];
		}

		@Override
		int compare(int index, K key) {
			return get(index).compareTo(key);
		}

		@Override
		int compare(int index, SortedKeys<K> other, int otherIndex) {
			return get(index).compareTo(other.get(otherIndex));
		}

		@Override
		boolean isSame(SortedKeys<?> other) {
			return this == other || (other instanceof OfAny<?> keys && Arrays.equals(this.keys, keys.keys));
		}

	}

}
