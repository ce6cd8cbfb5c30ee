package io.openclaw.tokenbucket.observability.endpoint;

import java.math.BigDecimal;
import java.time.Instant;
import java.util.Optional;

import org.jspecify.annotations.Nullable;

import io.openclaw.tokenbucket.limiter.port.BucketStatus;
import io.openclaw.tokenbucket.observability.Rejections.Rejection;
import io.openclaw.tokenbucket.observability.VisibleText;

/**
 * One line about one bucket. Immutable. Amounts in tokens.
 *
 * @param key whose bucket it is, invisible characters escaped
 * @param overflow whether keys beyond {@code openclaw.crdt.max-keys} share it; its key is
 * empty then
 * @param level by the replicated state; may be negative
 * @param consumedHere what this member admitted since it created the bucket, which is
 * dropped when it is full again
 * @param rejectedHere how many requests this member rejected, as far as it remembers
 * @param lastRejectedAt when the last was; {@code null} if there is none
 */
public record BucketSummaryView(String key, boolean overflow, BigDecimal level, BigDecimal consumedHere,
		long rejectedHere, @Nullable Instant lastRejectedAt) {

	static BucketSummaryView of(BucketStatus status, Optional<Rejection> rejection) {
		return new BucketSummaryView(VisibleText.of(status.key()), status.overflow(), Display.tokens(status.level()),
				Display.tokens(status.consumedHere()), rejection.map(Rejection::count).orElse(0L),
				rejection.map(Rejection::at).orElse(null));
	}

}
