package io.openclaw.tokenbucket.limiter;

import org.jspecify.annotations.Nullable;

/**
 * What a request for a reservation gets. Immutable.
 *
 * @param kind kept, broken, or waiting in the line
 * @param reason why it is kept
 * @param decision how it is broken
 */
record Answer(Kind kind, @Nullable Reason reason, @Nullable Decision decision) {

	static final Answer WAITING = new Answer(Kind.WAITING, null, null);

	static Answer kept(Reason reason) {
		return new Answer(Kind.KEPT, reason, null);
	}

	static Answer broken(Decision decision) {
		return new Answer(Kind.BROKEN, null, decision);
	}

	enum Kind {

		KEPT, BROKEN, WAITING

	}

}
