package io.openclaw.tokenbucket.observability.endpoint;

import java.math.BigDecimal;

import org.jspecify.annotations.Nullable;

import io.openclaw.tokenbucket.crdt.Fold;

/**
 * The counts of processes that are gone, added up. Immutable. Amounts in tokens.
 *
 * @param folds how often entries were added
 * @param consumed what they admitted
 * @param returned what they gave back
 * @param granted refill that accrued on their shares
 */
public record FoldedView(long folds, BigDecimal consumed, BigDecimal returned, BigDecimal granted) {

	static @Nullable FoldedView of(Fold fold) {
		return (fold.number() == 0) ? null : new FoldedView(fold.number(), Display.tokens(fold.consumed()),
				Display.tokens(fold.returned()), Display.tokens(fold.granted()));
	}

}
