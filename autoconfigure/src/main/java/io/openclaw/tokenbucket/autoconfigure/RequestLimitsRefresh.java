package io.openclaw.tokenbucket.autoconfigure;

import io.openclaw.tokenbucket.gateway.RequestLimits;

/**
 * Has routes find limits as they are configured anew. A limit that is no longer
 * configured can still be found: routes may name it.
 */
final class RequestLimitsRefresh implements Refreshable {

	private final RequestLimits limits;

	private final RequestLimitsFactory factory;

	RequestLimitsRefresh(RequestLimits limits, RequestLimitsFactory factory) {
		this.limits = limits;
		this.factory = factory;
	}

	@Override
	public Runnable prepare(OpenClawProperties properties, OpenClawSettings settings) {
		RequestLimits anew = this.factory.create(settings.policies(), properties.buckets());
		return () -> this.limits.addAll(anew);
	}

}
