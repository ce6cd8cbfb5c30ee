package io.openclaw.tokenbucket.replication.port;

import java.util.List;

import io.openclaw.tokenbucket.crdt.MemberId;
import io.openclaw.tokenbucket.limiter.membership.FleetState;

/**
 * This member counts or hears others than before. Published as an application event.
 * Immutable.
 *
 * @param state how much of the fleet it hears now
 * @param fleetSize members counted, this one and those not heard included
 * @param heard members heard, this one included, in order
 */
public record MembershipChanged(FleetState state, int fleetSize, List<MemberId> heard) {
}
