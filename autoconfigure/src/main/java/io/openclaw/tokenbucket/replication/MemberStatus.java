package io.openclaw.tokenbucket.replication;

import java.time.Duration;

import org.jspecify.annotations.Nullable;

import io.openclaw.tokenbucket.crdt.MemberId;
import io.openclaw.tokenbucket.replication.port.Standing;

/**
 * One other member as seen from here at a moment. Immutable.
 *
 * @param id the member
 * @param region where it says it runs; {@code null} if it never said
 * @param standing whether it is counted
 * @param received whether its last message is recent
 * @param heard whether it also receives this member and acknowledges in time
 * @param age since its last message; {@code null} if there was none
 * @param roundTrip smoothed round trip; {@code null} before it was measured
 * @param unacknowledgedBatches batches of this member that it has not acknowledged
 */
public record MemberStatus(MemberId id, @Nullable String region, Standing standing, boolean received, boolean heard,
		@Nullable Duration age, @Nullable Duration roundTrip, long unacknowledgedBatches) {
}
