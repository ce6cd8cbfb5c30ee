package io.openclaw.tokenbucket.observability.endpoint;

import java.math.BigDecimal;

import org.jspecify.annotations.Nullable;

import io.openclaw.tokenbucket.observability.VisibleText;
import io.openclaw.tokenbucket.replication.MemberStatus;

/**
 * Another member as seen from here. Immutable.
 *
 * @param id node id, {@code #} and incarnation
 * @param region where it says it runs; {@code null} if it never said
 * @param standing {@code joining}, {@code member} or {@code leaving}
 * @param received whether its last message is recent
 * @param heard whether it also receives this member and acknowledges in time
 * @param ageMillis time since its last message; {@code null} if there was none
 * @param roundTripMillis smoothed round trip; {@code null} before it was measured
 * @param unacknowledgedBatches batches of this member that it has not acknowledged
 */
public record MemberView(String id, @Nullable String region, String standing, boolean received, boolean heard,
		@Nullable BigDecimal ageMillis, @Nullable BigDecimal roundTripMillis, long unacknowledgedBatches) {

	static MemberView of(MemberStatus status) {
		return new MemberView(VisibleText.of(status.id().toString()), VisibleText.ofNullable(status.region()),
				Display.name(status.standing()), status.received(), status.heard(), Display.millisOrNull(status.age()),
				Display.millisOrNull(status.roundTrip()), status.unacknowledgedBatches());
	}

}
