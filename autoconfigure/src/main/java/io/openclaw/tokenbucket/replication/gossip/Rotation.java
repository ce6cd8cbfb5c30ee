package io.openclaw.tokenbucket.replication.gossip;

import java.util.Collection;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Takes turns: some of all at each time, and everybody in the end. Mutable, confined to
 * the replicating thread.
 *
 * @param <T> what is chosen from
 */
final class Rotation<T> {

	private final int atOnce;

	private int next;

	Rotation(int atOnce) {
		this.atOnce = atOnce;
	}

	/**
	 * Those whose turn it is.
	 */
	List<T> next(Collection<T> all) {
		if (all.size() <= this.atOnce) {
			return List.copyOf(all);
		}
		this.next = (this.next + this.atOnce) % all.size();
		List<T> ordered = List.copyOf(all);
		return IntStream.range(this.next, this.next + this.atOnce)
			.mapToObj((i) -> ordered.get(i % ordered.size()))
			.toList();
	}

}
