package io.openclaw.tokenbucket.observability.endpoint;

import java.time.Instant;

import io.openclaw.tokenbucket.observability.Rejections.Rejection;

/**
 * A request that was rejected. Immutable.
 *
 * @param at when
 * @param reason why
 * @param tokens what it would have cost
 */
public record RejectionView(Instant at, String reason, long tokens) {

	static RejectionView of(Rejection rejection) {
		return new RejectionView(rejection.at(), Display.name(rejection.reason()), rejection.tokens());
	}

}
