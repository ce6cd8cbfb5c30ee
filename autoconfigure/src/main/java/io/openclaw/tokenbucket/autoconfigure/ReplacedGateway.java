package io.openclaw.tokenbucket.autoconfigure;

import org.springframework.boot.availability.AvailabilityChangeEvent;
import org.springframework.boot.availability.ReadinessState;
import org.springframework.context.ApplicationContext;
import org.springframework.context.ApplicationListener;

import io.openclaw.tokenbucket.limiter.membership.FleetState;
import io.openclaw.tokenbucket.replication.port.ReplicationListener;

/**
 * Keeps traffic away from a gateway that the others do not count and will not without
 * help: another one of its node id replaced it, or it lacks their secret. Thread-safe.
 */
final class ReplacedGateway
		implements ReplicationListener, ApplicationListener<AvailabilityChangeEvent<ReadinessState>> {

	private final ApplicationContext context;

	private volatile boolean excluded;

	private volatile boolean wasReady;

	ReplacedGateway(ApplicationContext context) {
		this.context = context;
	}

	@Override
	public void onStateChange(FleetState from, FleetState to) {
		boolean before = this.excluded;
		this.excluded = to.isExcluded();
		if (this.excluded && !before) {
			AvailabilityChangeEvent.publish(this.context, ReadinessState.REFUSING_TRAFFIC);
		}
		else if (before && !this.excluded && this.wasReady) {
			AvailabilityChangeEvent.publish(this.context, ReadinessState.ACCEPTING_TRAFFIC);
		}
	}

	// It may have been excluded before the application was ready.
	@Override
	public void onApplicationEvent(AvailabilityChangeEvent<ReadinessState> event) {
		if (event.getState() == ReadinessState.ACCEPTING_TRAFFIC) {
			this.wasReady = true;
			if (this.excluded) {
				AvailabilityChangeEvent.publish(this.context, ReadinessState.REFUSING_TRAFFIC);
			}
		}
	}

}
