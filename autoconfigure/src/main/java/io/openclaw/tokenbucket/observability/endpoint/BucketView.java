package io.openclaw.tokenbucket.observability.endpoint;

import java.math.BigDecimal;
import java.util.Collections;
import java.util.Map;
import java.util.Optional;

import org.jspecify.annotations.Nullable;

import io.openclaw.tokenbucket.limiter.port.BucketStatus;
import io.openclaw.tokenbucket.observability.Rejections.Rejection;
import io.openclaw.tokenbucket.observability.VisibleText;

/**
 * One bucket as this member sees it. Immutable. Amounts in tokens.
 *
 * @param limit the name of the limit
 * @param key whose bucket it is, invisible characters escaped
 * @param overflow whether keys beyond the bound share it
 * @param revision the revision of the limit
 * @param capacity the most that it holds
 * @param level initial + granted + returned − consumed over all members; negative where
 * members that did not hear each other spent the same
 * @param spendable what this member may spend of it: less what is set aside for members
 * that it does not hear, and what is promised to waiting requests; may be negative
 * @param unacknowledged what was spent here and some heard member has not acknowledged
 * @param consumedHere what this member admitted since it created the bucket
 * @param rejectedHere how many requests this member rejected, as far as it remembers
 * @param lastRejection the last of them; {@code null} if there is none
 * @param waiting requests that wait for an acknowledgement at this moment
 * @param timeToFullMillis how long until it is full if nobody spends
 * @param timeToNextTokenMillis how long until one more whole token has accrued
 * @param initialTokens what it started with
 * @param folded the entries of processes that are gone, added up; {@code null} while none
 * were
 * @param members the entries of the replicated state by member
 */
public record BucketView(String limit, String key, boolean overflow, long revision, BigDecimal capacity,
		BigDecimal level, BigDecimal spendable, BigDecimal unacknowledged, BigDecimal consumedHere, long rejectedHere,
		@Nullable RejectionView lastRejection, int waiting, BigDecimal timeToFullMillis,
		BigDecimal timeToNextTokenMillis, BigDecimal initialTokens, @Nullable FoldedView folded,
		Map<String, MemberEntriesView> members) {

	static BucketView of(BucketStatus status, Optional<Rejection> rejection) {
		return new BucketView(status.limit().name(), VisibleText.of(status.key()), status.overflow(),
				status.limit().revision(), Display.tokens(status.limit().capacity()), Display.tokens(status.level()),
				Display.tokens(status.spendable()), Display.tokens(status.unacknowledged()),
				Display.tokens(status.consumedHere()), rejection.map(Rejection::count).orElse(0L),
				rejection.map(RejectionView::of).orElse(null), status.waiting(), Display.millis(status.timeToFull()),
				Display.millis(status.timeToNextToken()), Display.tokens(status.limit().initialOf(status.state())),
				FoldedView.of(status.state().fold()),
				Collections.unmodifiableMap(MemberEntriesView.of(status.state())));
	}

}
