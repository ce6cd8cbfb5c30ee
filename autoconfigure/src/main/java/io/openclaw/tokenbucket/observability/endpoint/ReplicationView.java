package io.openclaw.tokenbucket.observability.endpoint;

import java.math.BigDecimal;
import java.util.List;

import org.jspecify.annotations.Nullable;

import io.openclaw.tokenbucket.observability.FleetCensus;
import io.openclaw.tokenbucket.observability.SecretMismatchText;
import io.openclaw.tokenbucket.observability.VisibleText;
import io.openclaw.tokenbucket.replication.ReplicationStatus;

/**
 * Replication as seen from this member. Immutable.
 *
 * @param self this member: node id, {@code #} and incarnation
 * @param region where it runs; {@code null} if not configured
 * @param standing {@code joining} (not yet counted), {@code member} or {@code leaving}
 * (has said goodbye)
 * @param state {@code healthy} (all members are heard), {@code joining}, {@code degraded}
 * (some are not heard), {@code isolated} (none is heard), {@code refused} (the others
 * have a secret, this member has none: readiness is {@code REFUSING_TRAFFIC}) or
 * {@code replaced} (a later process bears this node id: nothing may be spent, and
 * readiness is {@code REFUSING_TRAFFIC})
 * @param fleetSize members counted, this one and those not heard included
 * @param membersNeverMet those of them that may be there, but were never met. Before its
 * first contact a member reckons with {@code openclaw.crdt.replication-factor} members,
 * and leaves their part to those who may be there
 * @param lagMillis age of the oldest spending here that some heard member has not
 * acknowledged
 * @param members the others
 * @param buses what carries messages; none if this process limits by itself
 * @param lostBatches batches found missing since start
 * @param repairs batches sent again and digests repaired since start
 * @param rejectedMessages messages dropped as invalid since start; entries of a snapshot
 * count in the metric alone
 * @param refused whose messages do not count at present, since they have another secret
 * or none, and what to do
 */
public record ReplicationView(String self, @Nullable String region, String standing, String state, int fleetSize,
		long membersNeverMet, BigDecimal lagMillis, List<MemberView> members, List<BusView> buses, long lostBatches,
		long repairs, long rejectedMessages, List<String> refused) {

	static ReplicationView of(ReplicationStatus status) {
		return new ReplicationView(VisibleText.of(status.self().toString()), VisibleText.ofNullable(status.region()),
				Display.name(status.standing()), Display.name(status.state()), status.fleetSize(),
				FleetCensus.neverMet(status), Display.millis(status.lag()),
				status.members().stream().map(MemberView::of).toList(),
				status.buses().stream().map(BusView::of).toList(), status.lostBatches(), status.repairs(),
				status.rejectedMessages(), status.refused().stream().map(SecretMismatchText::of).toList());
	}

}
