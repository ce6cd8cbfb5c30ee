package io.openclaw.tokenbucket.limiter;

import java.util.ArrayDeque;

import org.jspecify.annotations.Nullable;

/**
 * The requests that wait for credit of one bucket, first come first served, and the
 * micro-tokens that are set aside for them and for those that are not committed yet.
 * Mutable, confined to its bucket.
 */
final class WaitingLine {

	private final Changes changes;

	private final ArrayDeque<Promise> line = new ArrayDeque<>(0);

	private long promised;

	private long held;

	private boolean watched;

	WaitingLine(Changes changes) {
		this.changes = changes;
	}

	boolean isEmpty() {
		return this.line.isEmpty();
	}

	int size() {
		return this.line.size();
	}

	@Nullable Promise head() {
		return this.line.peek();
	}

	/**
	 * What is set aside for all promises, in the line or kept.
	 */
	long promised() {
		return this.promised;
	}

	/**
	 * What is set aside for promises that are kept and wait to be committed.
	 */
	long held() {
		return this.held;
	}

	void promise(Promise promise) {
		this.promised += promise.cost();
	}

	void add(Promise promise) {
		this.line.add(promise);
		this.changes.onWaiting(1);
	}

	void keep(Promise promise) {
		dequeue(promise);
		promise.become(Promise.State.HELD);
		this.held += promise.cost();
	}

	/**
	 * Ends a promise, if it has not ended; nothing is set aside for it any more.
	 */
	void close(Promise promise) {
		if (promise.state() == Promise.State.CLOSED) {
			return;
		}
		this.promised -= promise.cost();
		if (promise.state() == Promise.State.HELD) {
			this.held -= promise.cost();
		}
		else {
			dequeue(promise);
		}
		promise.become(Promise.State.CLOSED);
	}

	/**
	 * Begins to watch the line, unless somebody does or it is empty.
	 * @return when the request at its head has waited long enough, else {@code null}
	 */
	@Nullable Long watch() {
		Promise head = this.line.peek();
		if (this.watched || head == null) {
			return null;
		}
		this.watched = true;
		return head.deadline();
	}

	void unwatch() {
		this.watched = false;
	}

	private void dequeue(Promise promise) {
		if (this.line.remove(promise)) {
			this.changes.onWaiting(-1);
		}
	}

}
