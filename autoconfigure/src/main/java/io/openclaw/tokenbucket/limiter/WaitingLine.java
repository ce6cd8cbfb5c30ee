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

	// Hardly any bucket ever has a line.
	private @Nullable ArrayDeque<Promise> line;

	private long promised;

	private long held;

	private boolean watched;

	WaitingLine(Changes changes) {
		this.changes = changes;
	}

	boolean isEmpty() {
		return this.line == null;
	}

	int size() {
		return (this.line != null) ? this.line.size() : 0;
	}

	@Nullable Promise head() {
		return (this.line != null) ? this.line.peek() : null;
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
		if (this.line == null) {
			this.line = new ArrayDeque<>();
		}
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
		Promise head = head();
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
		if (this.line == null || !this.line.remove(promise)) {
			return;
		}
		if (this.line.isEmpty()) {
			this.line = null;
		}
		this.changes.onWaiting(-1);
	}

}
