package io.openclaw.tokenbucket.limiter.bucket;

import org.jspecify.annotations.Nullable;

import io.openclaw.tokenbucket.limiter.decision.Decision;
import io.openclaw.tokenbucket.limiter.decision.Reason;

/**
 * The answer to a request for a reservation. Immutable.
 *
 * @param kind kept, broken, or waiting in the line
 * @param reason why it is kept
 * @param decision how it is broken
 */
public record Answer(Kind kind, @Nullable Reason reason, @Nullable Decision decision) {

	static final Answer WAITING = new Answer(Kind.WAITING, null, null);

	public static Answer kept(Reason reason) {
		return new Answer(Kind.KEPT, reason, null);
	}

	static Answer broken(Decision decision) {
		return new Answer(Kind.BROKEN, null, decision);
	}

	public enum Kind {

		KEPT, BROKEN, WAITING

	}

}
