package io.openclaw.tokenbucket.autoconfigure;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;

import io.openclaw.tokenbucket.limiter.LimitControl;
import io.openclaw.tokenbucket.limiter.limit.LimitDefinition;
import io.openclaw.tokenbucket.limiter.limit.LimitPolicy;

/**
 * Has the limiter, and so the fleet, follow limits that were configured anew. Confined to
 * refreshes, which come one after the other.
 */
final class LimitRefresh implements Refreshable {

	private static final Log logger = LogFactory.getLog(LimitRefresh.class);

	private final LimitControl control;

	private final Map<String, LimitPolicy> configured = new HashMap<>();

	LimitRefresh(LimitControl control, List<LimitPolicy> configured) {
		this.control = control;
		configured.forEach((policy) -> this.configured.put(policy.limit().name(), policy));
	}

	@Override
	public Runnable prepare(OpenClawProperties properties, OpenClawSettings settings) {
		return () -> {
			settings.policies().forEach(this::follow);
			this.configured.keySet()
				.stream()
				.filter((
						name) -> settings.policies().stream().noneMatch((policy) -> policy.limit().name().equals(name)))
				.toList()
				.forEach(this::keep);
		};
	}

	private void follow(LimitPolicy policy) {
		String name = policy.limit().name();
		LimitPolicy before = this.configured.put(name, policy);
		if (before != null && LimitDefinition.of(before).equals(LimitDefinition.of(policy))) {
			return;
		}
		this.control.configure(policy)
			.ifPresent((change) -> logger
				.info("Limit '%s' changed to: %s, before: %s".formatted(name, change.to(), change.from())));
		LimitDefinition wanted = LimitDefinition.of(policy);
		LimitDefinition followed = Objects.requireNonNull(this.control.definitions().get(name));
		if (!followed.isBasedOn(wanted)) {
			logger.info(("Limit '%s' has not changed yet: %s. The new configuration, %s, takes effect once all "
					+ "gateways have it, or at once with a revision above %d")
				.formatted(name, followed, wanted, followed.limit().revision()));
		}
	}

	private void keep(String name) {
		this.configured.remove(name);
		logger.warn("Limit '%s' is no longer configured. It remains until this gateway restarts".formatted(name));
	}

}
