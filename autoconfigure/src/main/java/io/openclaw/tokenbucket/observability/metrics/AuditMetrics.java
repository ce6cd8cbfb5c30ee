package io.openclaw.tokenbucket.observability.metrics;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;

import io.openclaw.tokenbucket.observability.audit.JsonLines;

/**
 * Counts the lines of the audit of consumptions.
 */
public class AuditMetrics implements MeterBinder {

	private final JsonLines lines;

	private final NodeTags tags;

	/**
	 * Creates the binder.
	 * @param lines of the audit
	 * @param tags which node measures
	 */
	public AuditMetrics(JsonLines lines, NodeTags tags) {
		this.lines = lines;
		this.tags = tags;
	}

	@Override
	public void bindTo(MeterRegistry registry) {
		FunctionCounter.builder("openclaw.audit.lines", this.lines, JsonLines::written)
			.description("Consumptions written to the audit file")
			.tags(this.tags.and("state", "written"))
			.register(registry);
		FunctionCounter.builder("openclaw.audit.lines", this.lines, JsonLines::dropped)
			.description("Consumptions written to the audit file")
			.tags(this.tags.and("state", "dropped"))
			.register(registry);
	}

}
