package io.openclaw.tokenbucket.observability;

import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;

import io.openclaw.tokenbucket.crdt.MemberId;
import io.openclaw.tokenbucket.limiter.membership.FleetState;
import io.openclaw.tokenbucket.replication.MemberStatus;
import io.openclaw.tokenbucket.replication.ReplicationStatus;
import io.openclaw.tokenbucket.replication.port.BusStatus;
import io.openclaw.tokenbucket.replication.port.Standing;

/**
 * Replication as it may stand, for tests that need it to stand so.
 */
public final class Statuses {

	private Statuses() {
	}

	/** A member of a fleet of three that hears one of the two others. */
	public static ReplicationStatus degraded() {
		return new ReplicationStatus(new MemberId("edge-a", 3), "us-east-1", Standing.MEMBER, FleetState.DEGRADED, 3,
				List.of(member("edge-b", 1, Standing.MEMBER, true), member("edge-c", 1, Standing.MEMBER, false),
						member("edge-d", 1, Standing.JOINING, false)),
				List.of(new BusStatus("primary", true, 0), new BusStatus("second", false, 4)), Duration.ofMillis(1500),
				1, 2, 3);
	}

	/** A fleet of two that hear each other. */
	public static ReplicationStatus healthy() {
		return new ReplicationStatus(new MemberId("edge-a", 3), "us-east-1", Standing.MEMBER, FleetState.HEALTHY, 2,
				List.of(member("edge-b", 1, Standing.MEMBER, true)), List.of(new BusStatus("primary", true, 0)),
				Duration.ZERO, 0, 0, 0);
	}

	/** A member that is the whole fleet, and whether each of its buses is connected. */
	public static ReplicationStatus alone(Boolean... connected) {
		return new ReplicationStatus(new MemberId("edge-a", 3), null, Standing.MEMBER, FleetState.HEALTHY, 1, List.of(),
				Stream.of(connected).map((bus) -> new BusStatus("bus", bus, 0)).toList(), Duration.ZERO, 0, 0, 0);
	}

	/** A member that has met nobody, and reckons with as many as may be there. */
	public static ReplicationStatus withoutContact(int fleetSize) {
		return new ReplicationStatus(new MemberId("edge-a", 3), null, Standing.MEMBER, FleetState.ISOLATED, fleetSize,
				List.of(), List.of(new BusStatus("primary", false, 0)), Duration.ZERO, 0, 0, 0);
	}

	/** A process that waits to be counted. */
	public static ReplicationStatus joining() {
		return new ReplicationStatus(new MemberId("edge-a", 3), null, Standing.JOINING, FleetState.JOINING, 2,
				List.of(member("edge-b", 1, Standing.MEMBER, true)), List.of(new BusStatus("primary", true, 0)),
				Duration.ZERO, 0, 0, 0);
	}

	private static MemberStatus member(String node, long incarnation, Standing standing, boolean heard) {
		return new MemberStatus(new MemberId(node, incarnation), heard ? "eu-central-1" : null, standing, heard, heard,
				heard ? Duration.ofMillis(120) : null, heard ? Duration.ofNanos(1_234_567) : null, heard ? 0 : 7);
	}

}
