package io.openclaw.tokenbucket.observability.metrics;

import java.util.function.ToDoubleFunction;

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
		bind(registry, "written", JsonLines::written);
		bind(registry, "dropped", JsonLines::dropped);
	}

	private void bind(MeterRegistry registry, String state, ToDoubleFunction<JsonLines> count) {
		FunctionCounter.builder(TokenBucketMeterDocumentation.AUDIT_LINES.getName(), this.lines, count)
			.description(TokenBucketMeterDocumentation.AUDIT_LINES.description())
			.tags(this.tags.and("state", state))
			.register(registry);
	}

}
