package io.openclaw.tokenbucket.replication;

import java.time.Duration;
import java.util.List;

import org.jspecify.annotations.Nullable;

import io.openclaw.tokenbucket.crdt.MemberId;
import io.openclaw.tokenbucket.limiter.membership.FleetState;
import io.openclaw.tokenbucket.replication.port.BusStatus;
import io.openclaw.tokenbucket.replication.port.SecretMismatch;
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
 * @param refused messages that do not count at present, for want of a common secret
 */
public record ReplicationStatus(MemberId self, @Nullable String region, Standing standing, FleetState state,
		int fleetSize, List<MemberStatus> members, List<BusStatus> buses, Duration lag, long lostBatches, long repairs,
		long rejectedMessages, List<SecretMismatch> refused) {

	/**
	 * Creates a status in which no messages are refused.
	 */
	public ReplicationStatus(MemberId self, @Nullable String region, Standing standing, FleetState state, int fleetSize,
			List<MemberStatus> members, List<BusStatus> buses, Duration lag, long lostBatches, long repairs,
			long rejectedMessages) {
		this(self, region, standing, state, fleetSize, members, buses, lag, lostBatches, repairs, rejectedMessages,
				List.of());
	}

	/**
	 * The same with what is refused. Members that are heard read what this one says,
	 * though it does not sign.
	 * @param messages what may not count, for want of a common secret
	 * @return a new status
	 */
	public ReplicationStatus refusing(List<SecretMismatch> messages) {
		List<SecretMismatch> counted = messages.stream()
			.filter((mismatch) -> mismatch.reason() != SecretMismatch.Reason.NO_SECRET_HERE || this.members.stream()
				.noneMatch((member) -> member.heard() && member.id().node().equals(mismatch.from())))
			.toList();
		return new ReplicationStatus(this.self, this.region, this.standing, this.state, this.fleetSize, this.members,
				this.buses, this.lag, this.lostBatches, this.repairs, this.rejectedMessages, counted);
	}

}
