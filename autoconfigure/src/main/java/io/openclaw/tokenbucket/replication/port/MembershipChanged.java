package io.openclaw.tokenbucket.replication.port;

import java.util.List;

import io.openclaw.tokenbucket.crdt.MemberId;
import io.openclaw.tokenbucket.limiter.membership.FleetState;

/**
 * The counted or heard members of this one changed. Published as an application event.
 * Immutable.
 *
 * @param state the state of the fleet as it sees it now
 * @param fleetSize members counted, this one and those not heard included
 * @param heard members heard, this one included, in order
 */
public record MembershipChanged(FleetState state, int fleetSize, List<MemberId> heard) {
}
