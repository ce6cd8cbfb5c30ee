package io.openclaw.tokenbucket.observability;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

import io.openclaw.tokenbucket.crdt.MemberId;
import io.openclaw.tokenbucket.replication.MemberStatus;
import io.openclaw.tokenbucket.replication.port.MembershipChanged;
import io.openclaw.tokenbucket.replication.port.ReplicationListener;
import io.openclaw.tokenbucket.replication.ReplicationStatus;
import io.openclaw.tokenbucket.replication.port.Standing;

/**
 * Logs each change of the fleet in one line: which member joined, was lost, is heard
 * again, has left, was removed or replaced. The line has the size of the fleet and the
 * number of members heard. Confined to the replicating thread.
 */
public class FleetJournal implements ReplicationListener {

	private static final Log logger = LogFactory.getLog(FleetJournal.class);

	private final Supplier<@Nullable ReplicationStatusSource> replication;

	private Map<MemberId, MemberStatus> before = new HashMap<>();

	/**
	 * Creates the listener.
	 * @param replication tells how replication stands; asked with each change, and
	 * nothing is written while it supplies {@code null}
	 */
	public FleetJournal(Supplier<@Nullable ReplicationStatusSource> replication) {
		this.replication = replication;
	}

	@Override
	public void onMembershipChange(MembershipChanged change) {
		ReplicationStatusSource source = this.replication.get();
		if (source != null) {
			compare(source.current());
		}
	}

	private void compare(ReplicationStatus status) {
		Map<MemberId, MemberStatus> now = new HashMap<>();
		status.members().forEach((member) -> now.put(member.id(), member));
		String fleet = "; fleet of %d, %d heard".formatted(status.fleetSize(), FleetCensus.of(status).heard());
		now.values()
			.stream()
			.sorted((one, other) -> one.id().compareTo(other.id()))
			.forEach((member) -> compare(this.before.get(member.id()), member, fleet));
		this.before.values()
			.stream()
			.filter((member) -> isCounted(member) && !now.containsKey(member.id()))
			.sorted((one, other) -> one.id().compareTo(other.id()))
			.forEach((member) -> isGone(member, now, fleet));
		this.before = now;
	}

	private void compare(@Nullable MemberStatus former, MemberStatus member, String fleet) {
		String name = name(member);
		if (!isCounted(member)) {
			if (former != null && isCounted(former) && member.standing() == Standing.LEAVING) {
				logger.info(name + " has left" + fleet);
			}
			else if (former != null && isCounted(former)) {
				logger.warn(name + " was removed, and joins again" + fleet);
			}
		}
		else if (former == null || !isCounted(former)) {
			logger.info(name + " joined" + (member.heard() ? "" : ", and is not heard yet") + fleet);
		}
		else if (former.heard() && !member.heard()) {
			logger.warn(name + " was lost" + silence(member) + fleet);
		}
		else if (!former.heard() && member.heard()) {
			logger.info(name + " is heard again" + fleet);
		}
	}

	private static void isGone(MemberStatus member, Map<MemberId, MemberStatus> now, String fleet) {
		Optional<MemberId> later = now.keySet()
			.stream()
			.filter((other) -> other.node().equals(member.id().node())
					&& other.incarnation() > member.id().incarnation())
			.findFirst();
		if (later.isPresent()) {
			logger.info(
					name(member) + " was replaced by #" + later.get().incarnation() + ", which started later" + fleet);
		}
		else if (member.heard()) {
			logger.info(name(member) + " has left" + fleet);
		}
		else {
			logger.warn(name(member) + " was removed: it gave no sign of life" + fleet);
		}
	}

	private static boolean isCounted(MemberStatus member) {
		return member.standing() == Standing.MEMBER;
	}

	private static String silence(MemberStatus member) {
		Duration age = member.age();
		return (age == null) ? "" : member.received() ? ": it does not hear this gateway"
				: ": silent for %d ms".formatted(age.toMillis());
	}

	// What a peer says of itself may hold what moves the cursor of whoever reads the log.
	private static String name(MemberStatus member) {
		String name = "Gateway " + member.id() + ((member.region() != null) ? " in " + member.region() : "");
		return name.replaceAll("\\p{C}", "?");
	}

}
