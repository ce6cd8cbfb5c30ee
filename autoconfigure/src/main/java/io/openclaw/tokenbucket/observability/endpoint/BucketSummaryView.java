package io.openclaw.tokenbucket.observability.endpoint;

import java.math.BigDecimal;

import io.openclaw.tokenbucket.limiter.port.BucketStatus;

/**
 * One line about one bucket. Immutable. Amounts in tokens.
 *
 * @param key whose bucket it is, invisible characters escaped
 * @param overflow whether keys beyond the bound share it
 * @param level by the replicated state; may be negative
 * @param consumedHere what this member admitted since it created the bucket
 */
public record BucketSummaryView(String key, boolean overflow, BigDecimal level, BigDecimal consumedHere) {

	static BucketSummaryView of(BucketStatus status) {
		return new BucketSummaryView(VisibleText.of(status.key()), status.overflow(), Display.tokens(status.level()),
				Display.tokens(status.consumedHere()));
	}

}
