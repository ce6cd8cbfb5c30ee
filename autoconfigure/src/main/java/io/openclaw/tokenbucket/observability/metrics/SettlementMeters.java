package io.openclaw.tokenbucket.observability.metrics;

import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.LongAdder;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;

import io.openclaw.tokenbucket.crdt.MicroTokens;
import io.openclaw.tokenbucket.limiter.decision.SettlementEvent;

/**
 * What the requests of one limit reserved, and what became of it. Thread-safe.
 */
final class SettlementMeters {

	private final LongAdder reserved = new LongAdder();

	private final LongAdder settled = new LongAdder();

	private final LongAdder refunded = new LongAdder();

	private final LongAdder overdrawn = new LongAdder();

	private final LongAdder unpaid = new LongAdder();

	private final Map<SettlementEvent.Outcome, LongAdder> settlements = new EnumMap<>(SettlementEvent.Outcome.class);

	SettlementMeters(MeterRegistry registry, Tags tags) {
		tokens(registry, TokenBucketMeterDocumentation.TOKENS_RESERVED, tags, this.reserved);
		tokens(registry, TokenBucketMeterDocumentation.TOKENS_SETTLED, tags, this.settled);
		tokens(registry, TokenBucketMeterDocumentation.TOKENS_REFUNDED, tags, this.refunded);
		tokens(registry, TokenBucketMeterDocumentation.TOKENS_OVERDRAWN, tags, this.overdrawn);
		tokens(registry, TokenBucketMeterDocumentation.TOKENS_UNPAID, tags, this.unpaid);
		for (SettlementEvent.Outcome outcome : SettlementEvent.Outcome.values()) {
			LongAdder count = this.settlements.computeIfAbsent(outcome, (added) -> new LongAdder());
			FunctionCounter.builder(TokenBucketMeterDocumentation.SETTLEMENTS.getName(), count, LongAdder::sum)
				.description(TokenBucketMeterDocumentation.SETTLEMENTS.description())
				.tags(tags.and("outcome", outcome.name().toLowerCase(Locale.ROOT)))
				.register(registry);
		}
	}

	void reserve(long tokens) {
		this.reserved.add(MicroTokens.ofTokens(tokens));
	}

	void settle(SettlementEvent event) {
		this.settled.add(event.settled());
		this.refunded.add(event.refunded());
		this.overdrawn.add(event.overdrawn());
		this.unpaid.add(event.unpaid());
		Objects.requireNonNull(this.settlements.get(event.outcome())).increment();
	}

	private static void tokens(MeterRegistry registry, TokenBucketMeterDocumentation meter, Tags tags,
			LongAdder microTokens) {
		FunctionCounter.builder(meter.getName(), microTokens, (sum) -> MicroTokens.toTokens(sum.sum()))
			.description(meter.description())
			.tags(tags)
			.register(registry);
	}

}
