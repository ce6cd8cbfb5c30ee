package io.openclaw.tokenbucket.autoconfigure;

import org.springframework.cloud.gateway.event.RefreshRoutesEvent;
import org.springframework.context.ApplicationEventPublisher;

import io.openclaw.tokenbucket.gateway.RequestLimits;

/**
 * Has routes find limits as they are configured anew. A limit that is no longer
 * configured can still be found: routes may name it.
 */
final class RequestLimitsRefresh implements Refreshable {

	private final RequestLimits limits;

	private final RequestLimitsFactory factory;

	private final ApplicationEventPublisher events;

	RequestLimitsRefresh(RequestLimits limits, RequestLimitsFactory factory, ApplicationEventPublisher events) {
		this.limits = limits;
		this.factory = factory;
		this.events = events;
	}

	@Override
	public Runnable prepare(OpenClawProperties properties, OpenClawSettings settings) {
		RequestLimits anew = this.factory.create(settings.policies(), properties.buckets());
		return () -> {
			this.limits.addAll(anew);
			// Routes hold the limits that they found when they were made.
			this.events.publishEvent(new RefreshRoutesEvent(this));
		};
	}

}
