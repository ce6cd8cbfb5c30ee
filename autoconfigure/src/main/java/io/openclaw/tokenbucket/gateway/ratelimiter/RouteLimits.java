package io.openclaw.tokenbucket.gateway.ratelimiter;

import java.math.BigDecimal;
import java.util.Map;
import java.util.Objects;
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
import io.openclaw.tokenbucket.gateway.ratelimiter.TokenBucketRateLimiter.Settings;
import io.openclaw.tokenbucket.gateway.ErrorSettlement;
import io.openclaw.tokenbucket.gateway.ResponseCosts;
import io.openclaw.tokenbucket.gateway.Settling;
import io.openclaw.tokenbucket.limiter.LimitControl;
import io.openclaw.tokenbucket.limiter.limit.Consistency;
import io.openclaw.tokenbucket.limiter.limit.LimitPolicy;
import io.openclaw.tokenbucket.limiter.limit.Mode;

/**
 * The limits of routes, which follow their arguments and the revision. Thread-safe.
 */
final class RouteLimits {

	private static final Log logger = LogFactory.getLog(RouteLimits.class);

	private static final String LIMIT_PREFIX = TokenBucketRateLimiter.LIMIT_PREFIX;

	private final LimitControl control;

	private final Consumer<String> added;

	private final ResponseCosts costs;

	private final ConcurrentMap<String, RouteLimit> byRoute = new ConcurrentHashMap<>();

	private volatile Settings settings;

	RouteLimits(LimitControl control, Settings settings, Consumer<String> added, ResponseCosts costs) {
		this.control = control;
		this.settings = settings;
		this.added = added;
		this.costs = costs;
	}

	/**
	 * The limit of a route as its arguments are now. Arguments that make none do not take
	 * the place of those that did.
	 * @throws RejectedArgumentException if the arguments make no limit and the route has
	 * had none that did
	 */
	RouteLimit of(String routeId, RouteArguments config) {
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

	private synchronized RouteLimit follow(String routeId, RouteArguments config) {
		Settings current = this.settings;
		RouteLimit former = this.byRoute.get(routeId);
		RouteLimit limit = RouteLimit.of(LIMIT_PREFIX + routeId, config, current);
		try {
			config.validate(routeId);
			limit = limit.settledBy(config.settling(routeId, this.costs));
			configure(limit, former == null || former.name() == null, current);
		}
		catch (RejectedArgumentException ex) {
			if (former == null) {
				throw ex;
			}
			logger.error(ex.getMessage() + " The gateway keeps the former configuration");
			limit = limit.deciding(former);
		}
		this.byRoute.put(routeId, limit);
		return limit;
	}

	private void configure(RouteLimit limit, boolean isNew, Settings current) {
		String name = limit.name();
		if (name != null) {
			this.control.configure(policy(name, limit, current));
			if (isNew) {
				this.added.accept(name);
			}
		}
	}

	private static LimitPolicy policy(String name, RouteLimit route, Settings settings) {
		RouteArguments config = route.config();
		long capacity = MicroTokens.ofTokens(config.getBurstCapacity());
		Settling settling = route.settling();
		long overdraft = (settling != null) ? settling.overdraftOf(route.cost()) : 0;
		return new LimitPolicy(
				new Limit(name, capacity, RefillRate.perSecond(BigDecimal.valueOf(config.getReplenishRate())), capacity,
						settings.revision()),
				Consistency.BOUNDED, settings.creditWait(), Mode.ENFORCE, MicroTokens.ofTokens(overdraft));
	}

	/**
	 * The limit of a route, and the arguments that it was made from, which are mutable.
	 *
	 * @param name the name of the limit; {@code null} if the route is closed
	 * @param cost what a request costs in tokens
	 * @param settling how it is settled; {@code null} where the cost is final
	 */
	record RouteLimit(@Nullable String name, int cost, @Nullable Settling settling, RouteArguments config,
			Arguments arguments, Settings settings) {

		private static RouteLimit of(String name, RouteArguments config, Settings settings) {
			return new RouteLimit((config.getBurstCapacity() != 0) ? name : null, config.getRequestedTokens(), null,
					config, Arguments.of(config), settings);
		}

		private RouteLimit settledBy(@Nullable Settling way) {
			return new RouteLimit(this.name, this.cost, way, this.config, this.arguments, this.settings);
		}

		private RouteLimit deciding(RouteLimit former) {
			return new RouteLimit(former.name, former.cost, former.settling, this.config, this.arguments,
					this.settings);
		}

		int replenishRate() {
			return this.arguments.replenishRate();
		}

		private boolean isOf(RouteArguments other, Settings otherSettings) {
			return this.settings == otherSettings && this.arguments.equal(other);
		}

	}

	private record Arguments(int replenishRate, long burstCapacity, int requestedTokens, @Nullable String settle,
			@Nullable ErrorSettlement settleOnError, @Nullable Long overdraft) {

		private static Arguments of(RouteArguments config) {
			return new Arguments(config.getReplenishRate(), config.getBurstCapacity(), config.getRequestedTokens(),
					config.getSettle(), config.getSettleOnError(), config.getOverdraft());
		}

		private boolean equal(RouteArguments config) {
			return this.replenishRate == config.getReplenishRate() && this.burstCapacity == config.getBurstCapacity()
					&& this.requestedTokens == config.getRequestedTokens()
					&& Objects.equals(this.settle, config.getSettle())
					&& this.settleOnError == config.getSettleOnError()
					&& Objects.equals(this.overdraft, config.getOverdraft());
		}

	}

}
