package io.openclaw.tokenbucket.observability.metrics;

import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;

import io.openclaw.tokenbucket.limiter.decision.Decision;
import io.openclaw.tokenbucket.limiter.decision.DecisionEvent;
import io.openclaw.tokenbucket.limiter.decision.Reason;
import io.openclaw.tokenbucket.limiter.decision.Refusal;
import io.openclaw.tokenbucket.limiter.decision.SettlementEvent;

/**
 * The meters of one limit, looked up once, so that recording a decision allocates
 * nothing. Thread-safe.
 */
final class LimitMeters {

	// The limit itself refused. With OTHER_LIMIT another one did.
	private static final Reason[] VIOLATIONS = { Reason.EXHAUSTED, Reason.REDUCED_CAPACITY, Reason.FALLBACK,
			Reason.UNACKNOWLEDGED, Reason.COST_ABOVE_CAPACITY };

	private final LongAdder admitted = new LongAdder();

	private final LongAdder rejected = new LongAdder();

	private final LongAdder shadowRejected = new LongAdder();

	private final LongAdder costAboveCapacity = new LongAdder();

	private final Map<Refusal, LongAdder> refused = new EnumMap<>(Refusal.class);

	private final Map<Reason, LongAdder> violations = new EnumMap<>(Reason.class);

	private final SettlementMeters settlements;

	private final Timer duration;

	LimitMeters(MeterRegistry registry, Tags tags) {
		decisions(registry, tags.and("outcome", "admitted"), this.admitted);
		decisions(registry, tags.and("outcome", "rejected"), this.rejected);
		decisions(registry, tags.and("outcome", "shadow_rejected"), this.shadowRejected);
		decisions(registry, tags.and("outcome", "cost_above_capacity"), this.costAboveCapacity);
		for (Refusal refusal : Refusal.values()) {
			decisions(registry, tags.and("outcome", name(refusal)),
					this.refused.computeIfAbsent(refusal, (added) -> new LongAdder()));
		}
		for (Reason reason : VIOLATIONS) {
			violations(registry, tags.and("reason", name(reason)),
					this.violations.computeIfAbsent(reason, (added) -> new LongAdder()));
		}
		this.settlements = new SettlementMeters(registry, tags);
		this.duration = Timer.builder(TokenBucketMeterDocumentation.DECISION_TIME.getName())
			.description(TokenBucketMeterDocumentation.DECISION_TIME.description())
			.tags(tags)
			.serviceLevelObjectives(DurationBuckets.DECISION)
			.register(registry);
	}

	void record(DecisionEvent event) {
		Decision decision = event.decision();
		this.duration.record(event.nanos(), TimeUnit.NANOSECONDS);
		if (decision.settlement() != null) {
			this.settlements.reserve(event.tokens());
		}
		switch (decision.outcome()) {
			case ADMITTED -> this.admitted.increment();
			case SHADOW_REJECTED -> this.shadowRejected.increment();
			default -> reject(decision);
		}
	}

	void record(SettlementEvent event) {
		this.settlements.settle(event);
	}

	/**
	 * A request was answered before its bucket was asked, so nothing was decided.
	 */
	void record(Refusal refusal) {
		Objects.requireNonNull(this.refused.get(refusal)).increment();
	}

	private void reject(Decision decision) {
		((decision.reason() == Reason.COST_ABOVE_CAPACITY) ? this.costAboveCapacity : this.rejected).increment();
		LongAdder violation = this.violations.get(decision.reason());
		if (violation != null) {
			violation.increment();
		}
	}

	long decided() {
		return this.admitted.sum() + this.rejected.sum() + this.shadowRejected.sum() + this.costAboveCapacity.sum();
	}

	// Counted here rather than by the registry, whose filters may deny a counter that the
	// request rate is made of.
	private static void decisions(MeterRegistry registry, Tags tags, LongAdder count) {
		FunctionCounter.builder(TokenBucketMeterDocumentation.DECISIONS.getName(), count, LongAdder::sum)
			.description(TokenBucketMeterDocumentation.DECISIONS.description())
			.tags(tags)
			.register(registry);
	}

	private static void violations(MeterRegistry registry, Tags tags, LongAdder count) {
		FunctionCounter.builder(TokenBucketMeterDocumentation.VIOLATIONS.getName(), count, LongAdder::sum)
			.description(TokenBucketMeterDocumentation.VIOLATIONS.description())
			.tags(tags)
			.register(registry);
	}

	private static String name(Enum<?> constant) {
		return constant.name().toLowerCase(Locale.ROOT);
	}

}
