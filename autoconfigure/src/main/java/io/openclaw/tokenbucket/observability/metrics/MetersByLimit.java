package io.openclaw.tokenbucket.observability.metrics;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Supplier;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.binder.MeterBinder;

/**
 * Meters that every limit has, those included that are added at run time. Thread-safe.
 */
abstract class MetersByLimit implements MeterBinder {

	private final Supplier<Set<String>> names;

	private final Set<String> limits = new TreeSet<>();

	private final List<MeterRegistry> registries = new ArrayList<>();

	/**
	 * Creates meters, of no limit yet.
	 * @param names of the limits at any moment
	 */
	MetersByLimit(Supplier<Set<String>> names) {
		this.names = names;
	}

	/**
	 * Adds the meters of limits that were added since.
	 */
	public final synchronized void addLimits() {
		for (String limit : this.names.get()) {
			if (this.limits.add(limit)) {
				begin(limit);
				this.registries.forEach((registry) -> bind(registry, limit));
			}
		}
	}

	@Override
	public final synchronized void bindTo(MeterRegistry registry) {
		this.registries.add(registry);
		this.limits.forEach((limit) -> bind(registry, limit));
	}

	/**
	 * Called once for each limit, before its meters are bound.
	 */
	void begin(String limit) {
	}

	/**
	 * Registers the meters of a limit.
	 */
	abstract void bind(MeterRegistry registry, String limit);

	static void gauge(MeterRegistry registry, TokenBucketMeterDocumentation meter, Tags tags, Supplier<Number> value) {
		Gauge.builder(meter.getName(), value).description(meter.description()).tags(tags).register(registry);
	}

}
