package io.openclaw.tokenbucket.observability.endpoint;

import java.math.BigDecimal;

import org.jspecify.annotations.Nullable;

import io.openclaw.tokenbucket.crdt.Limit;
import io.openclaw.tokenbucket.limiter.limit.Deviation;
import io.openclaw.tokenbucket.limiter.limit.LimitDefinition;
import io.openclaw.tokenbucket.observability.DeviationText;

/**
 * A limit as this member is configured, beside what is in force. Immutable. Amounts in
 * tokens.
 *
 * @param followed whether that is in force
 * @param why why it is not, and what ends that; {@code null} if it is
 * @param revision of the configuration
 * @param capacity the most that a bucket would hold
 * @param refillRatePerSecond how fast a bucket would refill
 * @param initialTokens what a new bucket would start with
 * @param consistency {@code strict}, {@code bounded} or {@code eventual}
 * @param mode {@code enforce} or {@code shadow}
 */
public record ConfiguredView(boolean followed, @Nullable String why, long revision, BigDecimal capacity,
		BigDecimal refillRatePerSecond, BigDecimal initialTokens, String consistency, String mode) {

	static @Nullable ConfiguredView of(@Nullable LimitDefinition configured, LimitDefinition followed) {
		if (configured == null) {
			return null;
		}
		Limit limit = configured.limit();
		Deviation deviation = Deviation.of(followed, configured);
		return new ConfiguredView(deviation == Deviation.NONE, DeviationText.of(deviation), limit.revision(),
				Display.tokens(limit.capacity()), Display.tokensPerSecond(limit.refillRate()),
				Display.tokens(limit.initial()), Display.name(configured.consistency()),
				Display.name(configured.mode()));
	}

}
