package io.openclaw.tokenbucket.limiter.bucket;

import java.util.ArrayDeque;

import org.jspecify.annotations.Nullable;

/**
 * The requests that wait for credit of one bucket, first come first served. Also counts
 * the micro-tokens that are promised to them and to reservations that are not committed
 * yet. Mutable, confined to its bucket.
 */
final class WaitingLine {

	private final Activity<?> activity;

	// Hardly any bucket ever has a line.
	private @Nullable ArrayDeque<Reservation> line;

	private long promised;

	private long held;

	private boolean watched;

	WaitingLine(Activity<?> activity) {
		this.activity = activity;
	}

	boolean isEmpty() {
		return this.line == null;
	}

	boolean isAtRest() {
		return isEmpty() && this.promised == 0 && !this.watched;
	}

	int size() {
		return (this.line != null) ? this.line.size() : 0;
	}

	@Nullable Reservation head() {
		return (this.line != null) ? this.line.peek() : null;
	}

	/**
	 * The micro-tokens promised to all reservations, in the line or kept.
	 */
	long promised() {
		return this.promised;
	}

	long held() {
		return this.held;
	}

	void reserve(Reservation reservation) {
		this.promised += reservation.cost();
	}

	void add(Reservation reservation) {
		if (this.line == null) {
			this.line = new ArrayDeque<>();
			this.activity.openLine();
		}
		this.line.add(reservation);
	}

	void keep(Reservation reservation) {
		dequeue(reservation);
		reservation.become(Reservation.State.HELD);
		this.held += reservation.cost();
	}

	/**
	 * Ends a reservation, if it has not ended. Nothing is promised to it any more.
	 */
	void close(Reservation reservation) {
		if (reservation.state() == Reservation.State.CLOSED) {
			return;
		}
		this.promised -= reservation.cost();
		if (reservation.state() == Reservation.State.HELD) {
			this.held -= reservation.cost();
		}
		else {
			dequeue(reservation);
		}
		reservation.become(Reservation.State.CLOSED);
	}

	/**
	 * Begins to watch the line, unless somebody does or it is empty.
	 * @return when the request at its head has waited long enough, else {@code null}
	 */
	@Nullable Long watch() {
		Reservation head = head();
		if (this.watched || head == null) {
			return null;
		}
		this.watched = true;
		return head.deadline();
	}

	void unwatch() {
		this.watched = false;
	}

	private void dequeue(Reservation reservation) {
		if (this.line == null || !this.line.remove(reservation)) {
			return;
		}
		if (this.line.isEmpty()) {
			this.line = null;
			this.activity.closeLine();
		}
	}

}
