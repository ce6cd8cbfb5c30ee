package io.openclaw.tokenbucket.limiter.bucket;

import java.util.Collection;

/**
 * Tokens of one bucket set aside for one request until it is committed or released.
 * Compared by identity, since equal requests are not the same.
 */
public final class Reservation {

	private final long cost;

	private final long deadline;

	private final Listener listener;

	private State state = State.OPEN;

	/**
	 * Creates a reservation.
	 * @param cost micro-tokens
	 * @param deadline until when it waits for credit, in nanoseconds
	 * @param listener is told how its wait in the line ended
	 */
	public Reservation(long cost, long deadline, Listener listener) {
		this.cost = cost;
		this.deadline = deadline;
		this.listener = listener;
	}

	long cost() {
		return this.cost;
	}

	long deadline() {
		return this.deadline;
	}

	Listener listener() {
		return this.listener;
	}

	/**
	 * What has become of it, guarded by the lock of its bucket.
	 */
	State state() {
		return this.state;
	}

	void become(State newState) {
		this.state = newState;
	}

	enum State {

		/** In the line, or on its way there. */
		OPEN,

		/** Kept: the tokens are held. */
		HELD,

		/** Committed, released or broken: nothing is set aside. */
		CLOSED

	}

	/**
	 * Is told how a wait ended, without any lock held.
	 */
	@FunctionalInterface
	public interface Listener {

		/**
		 * The reservation is kept, to be committed or released, or broken, and then
		 * nothing is set aside any more.
		 * @param reservation the reservation
		 * @param answer kept or broken
		 * @return lines that may move, since tokens held there were released
		 */
		Collection<? extends Line> onAnswer(Reservation reservation, Answer answer);

	}

}
