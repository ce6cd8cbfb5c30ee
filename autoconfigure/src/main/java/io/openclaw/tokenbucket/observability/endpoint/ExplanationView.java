package io.openclaw.tokenbucket.observability.endpoint;

import java.math.BigDecimal;
import java.util.List;
import java.util.Map;

import org.jspecify.annotations.Nullable;

/**
 * Why the requests of one caller are rejected at this member, or would not be. Immutable.
 *
 * @param key what was asked for, invisible characters escaped
 * @param self this member
 * @param state how much of the fleet it hears
 * @param known whether any limit knows such a caller; else the verdict of each is
 * {@code unknown}
 * @param limits one entry for each bucket that the caller may have
 */
public record ExplanationView(String key, String self, String state, boolean known, List<OfLimit> limits) {

	/**
	 * One limit and one caller. Immutable. Amounts in tokens.
	 *
	 * @param limit the name of the limit that routes use
	 * @param plan the limit that counts: the same, or an override of it that the caller
	 * is under
	 * @param planFrom how the caller comes to that plan; {@code null} where the limit has
	 * no plans
	 * @param key the key under which the bucket is held, invisible characters escaped
	 * @param verdict what the limit says to the next request: {@code admits},
	 * {@code full}, {@code exhausted}, {@code reduced_capacity}, {@code fallback},
	 * {@code cost_above_capacity}, {@code closed} or {@code unknown}
	 * @param overflow whether keys beyond the bound share the bucket
	 * @param capacity the most that a bucket holds
	 * @param refillRatePerSecond how fast it refills
	 * @param level by the replicated state; {@code null} if no bucket is held
	 * @param spendable what this member may spend of it; {@code null} likewise
	 * @param timeToNextTokenMillis how long until one more whole token has accrued;
	 * {@code null} likewise
	 * @param rejectedHere how many requests this member rejected, as far as it remembers
	 * @param lastRejection the last of them; {@code null} if there is none
	 * @param circuits the circuits of the routes that name the limit, by route
	 * @param change what would have to change for the next request to be admitted
	 */
	public record OfLimit(String limit, String plan, @Nullable String planFrom, String key, String verdict,
			boolean overflow, BigDecimal capacity, BigDecimal refillRatePerSecond, @Nullable BigDecimal level,
			@Nullable BigDecimal spendable, @Nullable BigDecimal timeToNextTokenMillis, long rejectedHere,
			@Nullable RejectionView lastRejection, Map<String, String> circuits, String change) {
	}

}
