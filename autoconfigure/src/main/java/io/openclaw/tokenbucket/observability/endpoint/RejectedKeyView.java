package io.openclaw.tokenbucket.observability.endpoint;

import java.time.Instant;

import io.openclaw.tokenbucket.observability.Rejections.Rejection;
import io.openclaw.tokenbucket.observability.VisibleText;

/**
 * A caller whom a limit rejected. Immutable.
 *
 * @param key whose requests they were, invisible characters escaped
 * @param rejectedHere how many this member rejected, as far as it remembers
 * @param lastRejectedAt when the last was
 * @param lastReason why the last was
 */
public record RejectedKeyView(String key, long rejectedHere, Instant lastRejectedAt, String lastReason) {

	static RejectedKeyView of(Rejection rejection) {
		return new RejectedKeyView(VisibleText.of(rejection.key()), rejection.count(), rejection.at(),
				Display.name(rejection.reason()));
	}

}
