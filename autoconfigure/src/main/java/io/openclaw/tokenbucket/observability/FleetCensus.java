package io.openclaw.tokenbucket.observability;

import java.util.stream.Stream;

import io.openclaw.tokenbucket.replication.MemberStatus;
import io.openclaw.tokenbucket.replication.ReplicationStatus;
import io.openclaw.tokenbucket.replication.port.Standing;

/**
 * The number of processes of the fleet in each state, with this one. Heard and unheard
 * add up to the fleet size. Immutable.
 *
 * @param heard counted members that are heard; this member hears itself
 * @param unheard counted members that are not heard, those never met included
 * @param joining processes that wait to be counted
 * @param leaving processes that have said goodbye
 */
public record FleetCensus(long heard, long unheard, long joining, long leaving) {

	/**
	 * Counts.
	 * @param status replication as seen from this member
	 * @return the numbers
	 */
	public static FleetCensus of(ReplicationStatus status) {
		long heardOthers = status.members()
			.stream()
			.filter((member) -> member.standing() == Standing.MEMBER && member.heard())
			.count();
		long heard = heardOthers + ((status.standing() == Standing.MEMBER) ? 1 : 0);
		return new FleetCensus(heard, Math.max(0, status.fleetSize() - heard), count(status, Standing.JOINING),
				count(status, Standing.LEAVING));
	}

	/**
	 * How many counted members this one has never met. Before the first contact a member
	 * reckons with {@code openclaw.crdt.replication-factor} of them, so that those who
	 * may be there keep their part.
	 * @param status replication as seen from this member
	 * @return the number, not negative
	 */
	public static long neverMet(ReplicationStatus status) {
		long met = status.members().stream().filter((member) -> member.standing() == Standing.MEMBER).count();
		return Math.max(0, status.fleetSize() - 1 - met);
	}

	private static long count(ReplicationStatus status, Standing standing) {
		return Stream.concat(Stream.of(status.standing()), status.members().stream().map(MemberStatus::standing))
			.filter(standing::equals)
			.count();
	}

}
