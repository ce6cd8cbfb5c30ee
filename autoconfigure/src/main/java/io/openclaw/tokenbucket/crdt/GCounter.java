package io.openclaw.tokenbucket.crdt;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.ObjLongConsumer;
import java.util.function.Predicate;

/**
 * A grow-only counter: one non-negative amount per key, and the merge is the entrywise
 * maximum, which is commutative, associative, idempotent and monotone. Each key is
 * written by the one replica that owns it, or only ever advanced by all. Immutable, and
 * so thread-safe.
 * <p>
 * Shapiro, Preguiça, Baquero, Zawirski: <i>A comprehensive study of Convergent and
 * Commutative Replicated Data Types</i>, 2011, section 3.1.1.
 *
 * @param <K> what an amount is counted under
 */
public final class GCounter<K extends Comparable<K>> {

	private static final GCounter<?> EMPTY = new GCounter<Birth>(SortedKeys.none(), new long[0]);

	// Arrays instead of a map: millions of these are held, most with one to five entries.
	private final SortedKeys<K> keys;

	private final long[] amounts;

	private final long sum;

	private GCounter(SortedKeys<K> keys, long[] amounts) {
		this.keys = keys;
		this.amounts = amounts;
		long total = 0;
		for (long amount : amounts) {
			total = Math.addExact(total, amount);
		}
		this.sum = total;
	}

	/**
	 * The counter without entries.
	 * @param <K> the key type
	 * @return the empty counter
	 */
	@SuppressWarnings("unchecked")
	public static <K extends Comparable<K>> GCounter<K> empty() {
		return (GCounter<K>) EMPTY;
	}

	/**
	 * A counter of these entries. Those of zero are left out, as everywhere: equal counts
	 * make equal counters.
	 * @param <K> the key type
	 * @param entries amounts by key
	 * @return the counter
	 * @throws IllegalArgumentException if an amount is negative
	 * @throws ArithmeticException if the sum exceeds {@link Long#MAX_VALUE}
	 */
	public static <K extends Comparable<K>> GCounter<K> of(Map<K, Long> entries) {
		List<K> keys = new ArrayList<>(entries.size());
		long[] amounts = new long[entries.size()];
		for (Map.Entry<K, Long> entry : new TreeMap<>(entries).entrySet()) {
			requireNotNegative(entry.getValue());
			if (entry.getValue() > 0) {
				amounts[keys.size()] = entry.getValue();
				keys.add(entry.getKey());
			}
		}
		return new GCounter<>(SortedKeys.of(keys), Arrays.copyOf(amounts, keys.size()));
	}

	/**
	 * A counter of entries that are in order as a rule.
	 * @param <K> the key type
	 * @param keys the keys; if one comes twice, its last amount counts
	 * @param amounts the amount of each, in the same order
	 * @return the counter
	 * @throws IllegalArgumentException if an amount is negative
	 * @throws ArithmeticException if the sum exceeds {@link Long#MAX_VALUE}
	 */
	public static <K extends Comparable<K>> GCounter<K> of(List<K> keys, long[] amounts) {
		if (keys.isEmpty()) {
			return empty();
		}
		if (isSorted(keys) && areAllPositive(amounts)) {
			return new GCounter<>(SortedKeys.of(keys), amounts.clone());
		}
		Map<K, Long> entries = new TreeMap<>();
		for (int i = 0; i < amounts.length; i++) {
			entries.put(keys.get(i), amounts[i]);
		}
		return of(entries);
	}

	private static boolean areAllPositive(long[] amounts) {
		for (long amount : amounts) {
			if (amount <= 0) {
				return false;
			}
		}
		return true;
	}

	private static <K extends Comparable<K>> boolean isSorted(List<K> keys) {
		for (int i = 1; i < keys.size(); i++) {
			if (keys.get(i - 1).compareTo(keys.get(i)) >= 0) {
				return false;
			}
		}
		return true;
	}

	/**
	 * The amount under a key.
	 * @param key the key
	 * @return its amount, zero if it has none
	 */
	public long get(K key) {
		int index = this.keys.indexOf(key);
		return (index >= 0) ? this.amounts[index] : 0;
	}

	/**
	 * The sum over all keys.
	 * @return the sum
	 */
	public long sum() {
		return this.sum;
	}

	/**
	 * The sum over the keys that match.
	 * @param filter which keys count
	 * @return the sum
	 */
	public long sum(Predicate<K> filter) {
		long total = 0;
		for (int i = 0; i < this.amounts.length; i++) {
			if (filter.test(this.keys.get(i))) {
				total += this.amounts[i];
			}
		}
		return total;
	}

	/**
	 * The number of entries.
	 * @return the number of entries
	 */
	public int size() {
		return this.amounts.length;
	}

	/**
	 * Adds to one entry.
	 * @param key the key
	 * @param amount how much to add, not negative
	 * @return the counter with the amount added
	 * @throws IllegalArgumentException if the amount is negative
	 * @throws ArithmeticException if the sum exceeds {@link Long#MAX_VALUE}
	 */
	public GCounter<K> add(K key, long amount) {
		requireNotNegative(amount);
		if (amount == 0) {
			return this;
		}
		int index = this.keys.indexOf(key);
		if (index >= 0) {
			long[] changed = this.amounts.clone();
			changed[index] = Math.addExact(changed[index], amount);
			return new GCounter<>(this.keys, changed);
		}
		int at = -index - 1;
		long[] grown = Arrays.copyOf(this.amounts, this.amounts.length + 1);
		System.arraycopy(this.amounts, at, grown, at + 1, this.amounts.length - at);
		grown[at] = amount;
		return new GCounter<>(this.keys.insert(at, key), grown);
	}

	/**
	 * The entrywise sum.
	 * @param other what is added
	 * @return the counter of both
	 * @throws ArithmeticException if the sum exceeds {@link Long#MAX_VALUE}
	 */
	public GCounter<K> plus(GCounter<K> other) {
		Map<K, Long> sums = new TreeMap<>();
		forEach(sums::put);
		other.forEach((key, amount) -> sums.merge(key, amount, Math::addExact));
		return of(sums);
	}

	/**
	 * What each entry is larger by than another counter's.
	 * @param other what is subtracted
	 * @return the counter of the differences, without those that are not positive
	 */
	public GCounter<K> minus(GCounter<K> other) {
		Map<K, Long> differences = new TreeMap<>();
		forEach((key, amount) -> differences.put(key, Math.max(0, amount - other.get(key))));
		return of(differences);
	}

	/**
	 * Adds to several entries.
	 * @param keys the keys, each once, best in order
	 * @param amount how much to add to each, not negative
	 * @return the counter with the amounts added
	 * @throws IllegalArgumentException if the amount is negative
	 * @throws ArithmeticException if the sum exceeds {@link Long#MAX_VALUE}
	 */
	public GCounter<K> addToEach(Collection<K> keys, long amount) {
		if (amount > 0 && this.keys.areAll(keys)) {
			long[] grown = this.amounts.clone();
			for (int i = 0; i < grown.length; i++) {
				grown[i] = Math.addExact(grown[i], amount);
			}
			return new GCounter<>(this.keys, grown);
		}
		GCounter<K> sum = this;
		for (K key : keys) {
			sum = sum.add(key, amount);
		}
		return sum;
	}

	/**
	 * The entrywise maximum.
	 * @param other the counter to merge with
	 * @return the merged counter; this very instance if the other adds nothing, and the
	 * other if this one adds nothing to it
	 * @throws ArithmeticException if the sum exceeds {@link Long#MAX_VALUE}
	 */
	public GCounter<K> merge(GCounter<K> other) {
		if (this == other || isAtLeast(other)) {
			return this;
		}
		if (other.isAtLeast(this)) {
			return other;
		}
		if (this.keys.isSame(other.keys)) {
			long[] larger = this.amounts.clone();
			Arrays.setAll(larger, (i) -> Math.max(this.amounts[i], other.amounts[i]));
			return new GCounter<>(this.keys, larger);
		}
		SortedKeys.Union<K> union = this.keys.union(other.keys);
		long[] larger = new long[union.keys().size()];
		Arrays.setAll(larger, (i) -> Math.max(amount(union.here()[i]), other.amount(union.there()[i])));
		return new GCounter<>(union.keys(), larger);
	}

	private long amount(int index) {
		return (index >= 0) ? this.amounts[index] : 0;
	}

	/**
	 * The order of the lattice.
	 * @param other the counter to compare with
	 * @return whether every entry here is at least as large as the other's
	 */
	public boolean isAtLeast(GCounter<K> other) {
		if (this.keys.isSame(other.keys)) {
			return isAtLeast(other.amounts);
		}
		int mine = 0;
		for (int theirs = 0; theirs < other.amounts.length; theirs++) {
			int order = -1;
			while (mine < this.amounts.length && order < 0) {
				order = this.keys.compare(mine, other.keys, theirs);
				mine += (order < 0) ? 1 : 0;
			}
			if (other.amounts[theirs] > ((order == 0) ? this.amounts[mine] : 0)) {
				return false;
			}
		}
		return true;
	}

	private boolean isAtLeast(long[] others) {
		for (int i = 0; i < others.length; i++) {
			if (this.amounts[i] < others[i]) {
				return false;
			}
		}
		return true;
	}

	/**
	 * The entries that pass a test.
	 * @param filter what is kept
	 * @return the counter of these; this very instance if all pass
	 */
	public GCounter<K> retain(EntryFilter<K> filter) {
		int passing = 0;
		while (passing < this.amounts.length && filter.test(this.keys.get(passing), this.amounts[passing])) {
			passing++;
		}
		return (passing == this.amounts.length) ? this : retainFrom(passing, filter);
	}

	private GCounter<K> retainFrom(int failed, EntryFilter<K> filter) {
		BitSet passed = new BitSet(this.amounts.length);
		passed.set(0, failed);
		for (int i = failed + 1; i < this.amounts.length; i++) {
			passed.set(i, filter.test(this.keys.get(i), this.amounts[i]));
		}
		int[] kept = passed.stream().toArray();
		return new GCounter<>(this.keys.retain(kept), Arrays.stream(kept).mapToLong((i) -> this.amounts[i]).toArray());
	}

	/**
	 * Passes every entry in the order of keys.
	 * @param action what receives key and amount
	 */
	public void forEach(ObjLongConsumer<K> action) {
		for (int i = 0; i < this.amounts.length; i++) {
			action.accept(this.keys.get(i), this.amounts[i]);
		}
	}

	/**
	 * Passes every entry that is larger than another counter's, in the order of keys.
	 * @param other the counter to compare with
	 * @param action what receives key, amount and the other's amount
	 */
	public void forEachAbove(GCounter<K> other, GrowthListener<K> action) {
		boolean same = this.keys.isSame(other.keys);
		for (int i = 0; i < this.amounts.length; i++) {
			long before = same ? other.amounts[i] : other.get(this.keys.get(i));
			if (this.amounts[i] > before) {
				action.accept(this.keys.get(i), this.amounts[i], before);
			}
		}
	}

	@Override
	public boolean equals(Object other) {
		return other instanceof GCounter<?> counter && this.keys.isSame(counter.keys)
				&& Arrays.equals(this.amounts, counter.amounts);
	}

	@Override
	public int hashCode() {
		return 31 * this.keys.hashCode() + Arrays.hashCode(this.amounts);
	}

	@Override
	public String toString() {
		StringBuilder text = new StringBuilder("{");
		forEach((key, amount) -> text.append((text.length() > 1) ? ", " : "").append(key).append('=').append(amount));
		return text.append('}').toString();
	}

	private static void requireNotNegative(long amount) {
		if (amount < 0) {
			throw new IllegalArgumentException("amount must not be negative: " + amount);
		}
	}

}
