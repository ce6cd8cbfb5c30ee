package io.openclaw.tokenbucket.replication;

import java.time.Duration;
import java.util.List;

import org.jspecify.annotations.Nullable;

import io.openclaw.tokenbucket.crdt.MemberId;
import io.openclaw.tokenbucket.limiter.FleetState;
import io.openclaw.tokenbucket.replication.port.BusStatus;
import io.openclaw.tokenbucket.replication.port.Standing;

/**
 * Replication as seen from this member at a moment. Immutable.
 *
 * @param self this member
 * @param region where it runs; {@code null} if not configured
 * @param standing whether it is counted
 * @param state how much of the fleet it hears
 * @param fleetSize members counted, this one and those not heard included
 * @param members the others
 * @param buses what carries messages
 * @param lag age of the oldest spending here that is not acknowledged by all heard
 * members
 * @param lostBatches numbers of batches found missing since start
 * @param repairs resent batches and digest repairs since start
 * @param rejectedMessages messages dropped as invalid since start
 */
public record ReplicationStatus(MemberId self, @Nullable String region, Standing standing, FleetState state,
		int fleetSize, List<MemberStatus> members, List<BusStatus> buses, Duration lag, long lostBatches, long repairs,
		long rejectedMessages) {
}
