package io.openclaw.tokenbucket.observability;

import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Supplier;

import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.boot.health.contributor.Status;

import io.openclaw.tokenbucket.limiter.limit.Deviation;
import io.openclaw.tokenbucket.limiter.membership.FleetState;
import io.openclaw.tokenbucket.replication.ReplicationStatus;
import io.openclaw.tokenbucket.replication.port.BusStatus;
import io.openclaw.tokenbucket.resilience.DriftSource;

/**
 * Health of replication: {@link Status#UP} while every member is heard, most buses are
 * connected, no limit is in fallback and nobody has another secret, else
 * {@link #DEGRADED}. A gateway that is alone hears every member, and has the whole
 * budget; without a bus, though, it would not notice another that starts. Never down: a
 * gateway that limits with a part of its budget must not be restarted for it.
 */
public class TokenBucketReplicationHealthIndicator implements HealthIndicator {

	/**
	 * The gateway limits, with less than the whole budget. Boot's default order does not
	 * list this code, so it does not lower the aggregate, and its default mapping answers
	 * HTTP 200.
	 */
	public static final Status DEGRADED = new Status("DEGRADED");

	private final ReplicationStatusSource replication;

	private final DriftSource drift;

	private final Supplier<Map<String, Deviation>> deviations;

	/**
	 * Creates the indicator.
	 * @param replication tells how replication stands
	 * @param drift tells which limits are in fallback
	 * @param deviations tells why limits are not as this member is configured, by their
	 * names
	 */
	public TokenBucketReplicationHealthIndicator(ReplicationStatusSource replication, DriftSource drift,
			Supplier<Map<String, Deviation>> deviations) {
		this.replication = replication;
		this.drift = drift;
		this.deviations = deviations;
	}

	@Override
	public Health health() {
		ReplicationStatus status = this.replication.current();
		FleetCensus census = FleetCensus.of(status);
		long connected = status.buses().stream().filter(BusStatus::connected).count();
		// One of several may fail, for that they are several.
		boolean reachable = status.buses().isEmpty() || connected > status.buses().size() / 2;
		Set<String> inFallback = new TreeSet<>(this.drift.inFallback());
		boolean whole = status.state() == FleetState.HEALTHY && inFallback.isEmpty() && status.refused().isEmpty();
		return Health.status((reachable && whole) ? Status.UP : DEGRADED)
			.withDetail("state", status.state().name().toLowerCase(Locale.ROOT))
			.withDetail("standing", status.standing().name().toLowerCase(Locale.ROOT))
			.withDetail("membersHeard", census.heard())
			.withDetail("fleetSize", status.fleetSize())
			.withDetail("membersNeverMet", FleetCensus.neverMet(status))
			.withDetail("busesConnected", connected)
			.withDetail("buses", status.buses().size())
			.withDetail("limitsInFallback", inFallback)
			.withDetail("limitsNotAsConfigured", texts(this.deviations.get()))
			.withDetail("refused", status.refused().stream().map(SecretMismatchText::of).toList())
			.build();
	}

	private static Map<String, String> texts(Map<String, Deviation> deviations) {
		Map<String, String> texts = new TreeMap<>();
		deviations.forEach((limit, deviation) -> texts.put(limit, String.valueOf(DeviationText.of(deviation))));
		return texts;
	}

}
