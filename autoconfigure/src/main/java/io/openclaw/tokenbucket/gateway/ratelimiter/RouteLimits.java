package io.openclaw.tokenbucket.gateway.ratelimiter;

import java.math.BigDecimal;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.function.Consumer;
import java.util.stream.Collectors;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

import io.openclaw.tokenbucket.crdt.Limit;
import io.openclaw.tokenbucket.crdt.MicroTokens;
import io.openclaw.tokenbucket.crdt.RefillRate;
import io.openclaw.tokenbucket.gateway.ratelimiter.TokenBucketRateLimiter.Config;
import io.openclaw.tokenbucket.gateway.ratelimiter.TokenBucketRateLimiter.Settings;
import io.openclaw.tokenbucket.limiter.LimitControl;
import io.openclaw.tokenbucket.limiter.limit.Consistency;
import io.openclaw.tokenbucket.limiter.limit.LimitPolicy;

/**
 * The limits of routes, which follow their arguments and the revision. Thread-safe.
 */
final class RouteLimits {

	private static final Log logger = LogFactory.getLog(RouteLimits.class);

	private static final String LIMIT_PREFIX = TokenBucketRateLimiter.LIMIT_PREFIX;

	private final LimitControl control;

	private final Consumer<String> added;

	private final ConcurrentMap<String, RouteLimit> byRoute = new ConcurrentHashMap<>();

	private volatile Settings settings;

	RouteLimits(LimitControl control, Settings settings, Consumer<String> added) {
		this.control = control;
		this.settings = settings;
		this.added = added;
	}

	/**
	 * The limit of a route as its arguments are now. Arguments that make none do not take
	 * the place of those that did.
	 * @throws RejectedArgumentException if the arguments make no limit and the route has
	 * had none that did
	 */
	RouteLimit of(String routeId, Config config) {
		RouteLimit known = this.byRoute.get(routeId);
		return (known != null && known.isOf(config, this.settings)) ? known : follow(routeId, config);
	}

	/**
	 * Has all limits follow other settings.
	 */
	void follow(Settings newSettings) {
		this.settings = newSettings;
		this.byRoute.forEach((routeId, limit) -> of(routeId, limit.config()));
	}

	/**
	 * Routes that admit nobody, and so have no limit.
	 * @return ids of routes
	 */
	Set<String> closed() {
		return this.byRoute.entrySet()
			.stream()
			.filter((limit) -> limit.getValue().name() == null)
			.map(Map.Entry::getKey)
			.collect(Collectors.toUnmodifiableSet());
	}

	private synchronized RouteLimit follow(String routeId, Config config) {
		Settings current = this.settings;
		RouteLimit former = this.byRoute.get(routeId);
		RouteLimit limit = RouteLimit.of(LIMIT_PREFIX + routeId, config, current);
		try {
			config.validate(routeId);
			configure(limit, former == null || former.name() == null, current);
		}
		catch (RejectedArgumentException ex) {
			if (former == null) {
				throw ex;
			}
			logger.error(ex.getMessage() + " The gateway keeps the former configuration");
			limit = limit.deciding(former.name(), former.cost());
		}
		this.byRoute.put(routeId, limit);
		return limit;
	}

	private void configure(RouteLimit limit, boolean isNew, Settings current) {
		String name = limit.name();
		if (name != null) {
			this.control.configure(policy(name, limit.config(), current));
			if (isNew) {
				this.added.accept(name);
			}
		}
	}

	private static LimitPolicy policy(String name, Config config, Settings settings) {
		long capacity = MicroTokens.ofTokens(config.getBurstCapacity());
		return new LimitPolicy(new Limit(name, capacity,
				RefillRate.perSecond(BigDecimal.valueOf(config.getReplenishRate())), capacity, settings.revision()),
				Consistency.BOUNDED, settings.creditWait());
	}

	/**
	 * The limit of a route, and the arguments that it was made from, which are mutable.
	 *
	 * @param name the name of the limit; {@code null} if the route is closed
	 * @param cost what a request costs in tokens
	 */
	record RouteLimit(@Nullable String name, int cost, Config config, int replenishRate, long burstCapacity,
			int requestedTokens, Settings settings) {

		private static RouteLimit of(String name, Config config, Settings settings) {
			return new RouteLimit((config.getBurstCapacity() != 0) ? name : null, config.getRequestedTokens(), config,
					config.getReplenishRate(), config.getBurstCapacity(), config.getRequestedTokens(), settings);
		}

		private RouteLimit deciding(@Nullable String formerName, int formerCost) {
			return new RouteLimit(formerName, formerCost, this.config, this.replenishRate, this.burstCapacity,
					this.requestedTokens, this.settings);
		}

		private boolean isOf(Config other, Settings otherSettings) {
			return this.settings == otherSettings && this.replenishRate == other.getReplenishRate()
					&& this.burstCapacity == other.getBurstCapacity()
					&& this.requestedTokens == other.getRequestedTokens();
		}

	}

}
