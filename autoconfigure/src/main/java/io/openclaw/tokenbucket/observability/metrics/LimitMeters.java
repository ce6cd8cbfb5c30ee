package io.openclaw.tokenbucket.observability.metrics;

import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;

import io.openclaw.tokenbucket.limiter.Decision;
import io.openclaw.tokenbucket.limiter.Reason;

/**
 * The meters of one limit, looked up once, so that recording a decision allocates
 * nothing. Thread-safe.
 */
final class LimitMeters {

	// The limit itself refused; with OTHER_LIMIT another one did, and with CREDIT and
	// LEVEL none.
	private static final Reason[] VIOLATIONS = { Reason.EXHAUSTED, Reason.REDUCED_CAPACITY, Reason.UNACKNOWLEDGED,
			Reason.COST_ABOVE_CAPACITY };

	private final Counter admitted;

	private final Counter rejected;

	private final Map<Reason, Counter> violations = new EnumMap<>(Reason.class);

	private final Timer duration;

	LimitMeters(MeterRegistry registry, Tags tags) {
		this.admitted = decisions(registry, tags.and("outcome", "admitted"));
		this.rejected = decisions(registry, tags.and("outcome", "rejected"));
		for (Reason reason : VIOLATIONS) {
			this.violations.put(reason, violations(registry, tags.and("reason", name(reason))));
		}
		this.duration = Timer.builder("openclaw.rate.limit.decision")
			.description("Time from the question to the final answer, waiting for acknowledgements included")
			.tags(tags)
			.serviceLevelObjectives(DurationBuckets.DECISION)
			.register(registry);
	}

	void record(Decision decision, long nanos) {
		this.duration.record(nanos, TimeUnit.NANOSECONDS);
		if (decision.isAdmitted()) {
			this.admitted.increment();
			return;
		}
		this.rejected.increment();
		Counter violation = this.violations.get(decision.reason());
		if (violation != null) {
			violation.increment();
		}
	}

	private static Counter decisions(MeterRegistry registry, Tags tags) {
		return Counter.builder("openclaw.rate.limit.decisions")
			.description("Requests decided, by outcome")
			.tags(tags)
			.register(registry);
	}

	private static Counter violations(MeterRegistry registry, Tags tags) {
		return Counter.builder("openclaw.rate.limit.violations")
			.description("Requests that this limit rejected, by reason")
			.tags(tags)
			.register(registry);
	}

	private static String name(Reason reason) {
		return reason.name().toLowerCase(Locale.ROOT);
	}

}
