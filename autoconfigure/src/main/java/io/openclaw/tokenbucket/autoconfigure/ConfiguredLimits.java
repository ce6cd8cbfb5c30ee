package io.openclaw.tokenbucket.autoconfigure;

import java.util.Map;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Collectors;

import io.openclaw.tokenbucket.crdt.Limit;
import io.openclaw.tokenbucket.limiter.limit.LimitPolicy;

/**
 * The limits as they are configured at this gateway now, whatever the fleet follows.
 * Thread-safe.
 */
final class ConfiguredLimits implements Refreshable, Supplier<Map<String, Limit>> {

	private volatile Map<String, Limit> limits;

	ConfiguredLimits(OpenClawSettings settings) {
		this.limits = limits(settings);
	}

	@Override
	public Map<String, Limit> get() {
		return this.limits;
	}

	@Override
	public Runnable prepare(OpenClawProperties properties, OpenClawSettings settings) {
		Map<String, Limit> anew = limits(settings);
		return () -> this.limits = anew;
	}

	private static Map<String, Limit> limits(OpenClawSettings settings) {
		return settings.policies()
			.stream()
			.map(LimitPolicy::limit)
			.collect(Collectors.toUnmodifiableMap(Limit::name, Function.identity()));
	}

}
