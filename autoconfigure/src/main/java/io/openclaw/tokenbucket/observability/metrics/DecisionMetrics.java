package io.openclaw.tokenbucket.observability.metrics;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

import io.micrometer.core.instrument.MeterRegistry;

import io.openclaw.tokenbucket.limiter.decision.DecisionEvent;
import io.openclaw.tokenbucket.limiter.decision.DecisionListener;
import io.openclaw.tokenbucket.limiter.decision.Refusal;
import io.openclaw.tokenbucket.limiter.decision.SettlementEvent;

/**
 * Counts and times decisions by limit, never by key. Thread-safe.
 */
public class DecisionMetrics implements DecisionListener {

	private final MeterRegistry registry;

	private final NodeTags tags;

	private final Map<String, LimitMeters> meters = new ConcurrentHashMap<>();

	/**
	 * Creates the listener.
	 * @param registry where the meters are registered
	 * @param tags which node measures
	 */
	public DecisionMetrics(MeterRegistry registry, NodeTags tags) {
		this.registry = registry;
		this.tags = tags;
	}

	@Override
	public void onDecision(DecisionEvent event) {
		metersOf(event.limit()).record(event);
	}

	@Override
	public void onRefusal(String limit, Refusal refusal) {
		metersOf(limit).record(refusal);
	}

	@Override
	public void onSettlement(SettlementEvent event) {
		metersOf(event.limit()).record(event);
	}

	/**
	 * Registers the meters of a limit before its first decision, so that a scraper sees
	 * zeros and misses no increase.
	 * @param limit the name of the limit
	 */
	void register(String limit) {
		metersOf(limit);
	}

	/**
	 * How many requests were decided since start.
	 * @param limit the name of the limit
	 * @return the number
	 */
	long decided(String limit) {
		return metersOf(limit).decided();
	}

	private LimitMeters metersOf(String limit) {
		LimitMeters known = this.meters.get(limit);
		return (known != null) ? known : this.meters.computeIfAbsent(limit,
				(name) -> new LimitMeters(this.registry, this.tags.and("bucket", name)));
	}

}
