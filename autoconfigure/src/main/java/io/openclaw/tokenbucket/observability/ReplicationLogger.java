package io.openclaw.tokenbucket.observability;

import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import java.util.stream.Collectors;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;

import io.openclaw.tokenbucket.crdt.MemberId;
import io.openclaw.tokenbucket.limiter.LogThrottle;
import io.openclaw.tokenbucket.limiter.NanoClock;
import io.openclaw.tokenbucket.limiter.limit.LimitChange;
import io.openclaw.tokenbucket.limiter.limit.LimitSource;
import io.openclaw.tokenbucket.limiter.membership.FleetState;
import io.openclaw.tokenbucket.replication.port.ReplicationListener;
import io.openclaw.tokenbucket.replication.port.SecretMismatch;
import io.openclaw.tokenbucket.replication.port.SecretMismatch.Reason;

/**
 * Writes to the log one line for each change of the fleet's state, a warning when this
 * member may spend less than the whole budget; one line for each limit that others
 * changed, a warning where the configuration here is not followed; and at most one line a
 * minute about failures, and about dropped messages for each reason. Everybody who can
 * reach the bus can send as many as they like. Thread-safe.
 */
public class ReplicationLogger implements ReplicationListener {

	private static final Log logger = LogFactory.getLog(ReplicationLogger.class);

	private static final String NAMED = " with names";

	private static final Duration LOOK_INTERVAL = Duration.ofSeconds(1);

	private final NanoClock clock;

	private final Supplier<List<SecretMismatch>> mismatches;

	private final Map<String, LogThrottle> rejected = new ConcurrentHashMap<>();

	private final LogThrottle failures;

	private final LogThrottle unheard;

	private volatile long lookedAt;

	/**
	 * Creates the listener.
	 * @param clock bounds how often is logged
	 */
	public ReplicationLogger(NanoClock clock) {
		this(clock, List::of);
	}

	/**
	 * Creates the listener.
	 * @param clock bounds how often is logged
	 * @param mismatches tells whose messages do not count at present, for want of a
	 * common secret
	 */
	public ReplicationLogger(NanoClock clock, Supplier<List<SecretMismatch>> mismatches) {
		this.clock = clock;
		this.mismatches = mismatches;
		this.failures = new LogThrottle(clock);
		this.unheard = new LogThrottle(clock);
		this.lookedAt = clock.nanoTime();
	}

	@Override
	public void onStateChange(FleetState from, FleetState to) {
		String message = "Token bucket replication changed from " + name(from) + " to " + name(to) + ": " + meaning(to);
		if (to == FleetState.DEGRADED || to == FleetState.ISOLATED || to.isExcluded()) {
			logger.warn(message);
		}
		else {
			logger.info(message);
		}
	}

	@Override
	public void onRaise(MemberId from, MemberId to) {
		logger.warn("This gateway changed its incarnation from " + from + " to " + to
				+ ", since the others remember a later start of its node id. Its clock may have been set back, or its"
				+ " Redis emptied");
	}

	@Override
	public void onLimitChange(LimitChange change) {
		String limit = "Limit '" + change.limit() + "' ";
		if (change.source() == LimitSource.CONFIGURATION) {
			logger.info(limit + "now follows the configuration of this gateway: " + change.to() + ", before: "
					+ change.from());
		}
		else if (change.source() == LimitSource.SAVED) {
			logger.info(limit + "continues with the saved definition: " + change.to() + "; configured here: "
					+ change.from());
		}
		else if (!change.to().isNewerThan(change.from())) {
			logger.warn(limit + notAsConfigured(change));
		}
		else if (change.formerSource() == LimitSource.CONFIGURATION && !change.to().isBasedOn(change.from())) {
			logger.info(limit + notAsConfigured(change));
		}
		else {
			logger.info(limit + "was changed by another gateway: " + change.to() + ", before: " + change.from());
		}
	}

	private static String notAsConfigured(LimitChange change) {
		return "differs from the configuration of this gateway: the fleet keeps " + change.to()
				+ ", configured here is " + change.from()
				+ "; this configuration takes effect once all gateways have it, or at once with "
				+ "a higher openclaw.revision";
	}

	@Override
	public void onReceived(int bytes) {
		long now = this.clock.nanoTime();
		if (now - this.lookedAt >= LOOK_INTERVAL.toNanos()) {
			this.lookedAt = now;
			String names = claimed(Reason.NO_SECRET_HERE);
			if (!names.isEmpty()) {
				this.unheard.pass((count) -> logger
					.warn("Other gateways sign their messages and do not read those of this gateway: " + names
							+ ". It shares no budget with them. Set openclaw.crdt.secret to their secret"));
			}
		}
	}

	// What was saved under another secret must not hold up the names of who has one.
	@Override
	public void onRejected(String reason) {
		String claimed = claimed(reason);
		this.rejected
			.computeIfAbsent(claimed.isEmpty() ? reason : reason + NAMED, (added) -> new LogThrottle(this.clock))
			.pass((count) -> logger.warn("Dropped token bucket messages: " + count
					+ " since the last such line, reason: " + reason + claimed + advice(reason)));
	}

	private String claimed(String reason) {
		String names = switch (reason) {
			case "unsigned" -> claimed(Reason.UNSIGNED);
			case "signature" -> claimed(Reason.OTHER_SECRET);
			default -> "";
		};
		return names.isEmpty() ? "" : ", they claim to be from " + names;
	}

	private String claimed(Reason reason) {
		return this.mismatches.get()
			.stream()
			.filter((mismatch) -> mismatch.reason() == reason)
			.map(SecretMismatch::from)
			.collect(Collectors.joining(", "));
	}

	@Override
	public void onFailure(RuntimeException failure) {
		this.failures.pass((count) -> logger.error(
				"Token bucket replication failed and goes on: " + count + " times since the last such line", failure));
	}

	private static String advice(String reason) {
		return switch (reason) {
			case "unsigned" ->
				". The sender has no openclaw.crdt.secret, and shares no budget with this gateway. Set the same secret on "
						+ "all gateways. While you restart them one by one, set openclaw.crdt.unsigned to accept. "
						+ "At a start it may also be what this fleet saved in Redis before it had a secret";
			case "signature" ->
				". The sender has another openclaw.crdt.secret, or forges messages. To replace a secret, "
						+ "first append the new one on all gateways, then move it to the front, then remove the old one";
			case "version" ->
				". The sender is a release with another wire version. Upgrade through the releases in " + "between";
			default -> "";
		};
	}

	private static String name(Enum<?> constant) {
		return constant.name().toLowerCase(Locale.ROOT);
	}

	private static String meaning(FleetState state) {
		return switch (state) {
			case HEALTHY -> "all members are heard, and whole buckets may be spent";
			case JOINING ->
				"the fleet does not count this gateway yet, which may spend a fixed part of the initial tokens";
			case DEGRADED -> "some members are not heard, and their part of each bucket is held aside";
			case ISOLATED -> "no other member is heard, and this gateway may spend only its own share of each bucket";
			case REFUSED ->
				"the others sign their messages and do not read those of this gateway. Set openclaw.crdt.secret to theirs."
						+ " Until then this gateway may spend only a fixed part of the initial tokens";
			case REPLACED -> "another process with this node id started later, so this one may spend nothing until it"
					+ " restarts. If both are to run, give each its own openclaw.node.id";
		};
	}

}
