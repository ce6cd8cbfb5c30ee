package io.openclaw.tokenbucket.limiter.store;

import java.util.Collections;
import java.util.Iterator;

/**
 * Several collections one after the other, each looked into only when it is its turn: a
 * stream that is flattened would copy each whole, and there may be a million buckets.
 * Mutable, for one thread.
 *
 * @param <T> the element type
 */
final class Chain<T> implements Iterator<T> {

	private final Iterator<? extends Iterable<T>> parts;

	private Iterator<T> current = Collections.emptyIterator();

	Chain(Iterable<? extends Iterable<T>> parts) {
		this.parts = parts.iterator();
	}

	@Override
	public boolean hasNext() {
		while (!this.current.hasNext() && this.parts.hasNext()) {
			this.current = this.parts.next().iterator();
		}
		return this.current.hasNext();
	}

	@Override
	public T next() {
		return hasNext() ? this.current.next() : Collections.<T>emptyIterator().next();
	}

}
