package io.openclaw.tokenbucket.gateway.ratelimiter;

import java.math.BigDecimal;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;

import reactor.core.publisher.Mono;

import org.springframework.cloud.gateway.event.FilterArgsEvent;
import org.springframework.cloud.gateway.filter.ratelimit.AbstractRateLimiter;
import org.springframework.cloud.gateway.route.RouteDefinitionRouteLocator;
import org.springframework.cloud.gateway.support.ConfigurationService;
import org.springframework.http.HttpHeaders;

import io.openclaw.tokenbucket.crdt.Limit;
import io.openclaw.tokenbucket.crdt.MicroTokens;
import io.openclaw.tokenbucket.crdt.RefillRate;
import io.openclaw.tokenbucket.gateway.Cashier;
import io.openclaw.tokenbucket.gateway.answer.RetryAfter;
import io.openclaw.tokenbucket.limiter.Charge;
import io.openclaw.tokenbucket.limiter.Consistency;
import io.openclaw.tokenbucket.limiter.Decision;
import io.openclaw.tokenbucket.limiter.LimitControl;
import io.openclaw.tokenbucket.limiter.LimitPolicy;
import io.openclaw.tokenbucket.limiter.TokenBucketLimiter;

/**
 * Decides for Spring Cloud Gateway's filter {@code RequestRateLimiter}, by the arguments
 * that are there for its {@code RedisRateLimiter}. As with that one each route has
 * buckets of its own, which all gateways share. Thread-safe; does no I/O.
 */
public class TokenBucketRateLimiter extends AbstractRateLimiter<TokenBucketRateLimiter.Config> {

	/** The prefix of the arguments, that of Spring Cloud Gateway's own rate limiter. */
	public static final String ARGUMENTS = "redis-rate-limiter";

	/**
	 * What the names of the limits of routes begin with. Limits that are configured, and
	 * their overrides, have no colon in their names.
	 */
	public static final String LIMIT_PREFIX = "request-rate-limiter:";

	private final Cashier cashier;

	private final LimitControl control;

	private final Settings settings;

	private final ConcurrentMap<String, Config> limitedBy = new ConcurrentHashMap<>();

	/**
	 * Creates a rate limiter.
	 * @param limiter decides
	 * @param control takes the limits of routes
	 * @param configurationService binds arguments
	 * @param settings what the arguments do not say
	 */
	public TokenBucketRateLimiter(TokenBucketLimiter limiter, LimitControl control,
			ConfigurationService configurationService, Settings settings) {
		super(Config.class, ARGUMENTS, configurationService);
		this.cashier = new Cashier(limiter);
		this.control = control;
		this.settings = settings;
	}

	/**
	 * Takes the arguments of a route over.
	 * @param event the arguments
	 * @throws IllegalArgumentException if rate or tokens are not positive, as with that
	 * one
	 */
	@Override
	public void onApplicationEvent(FilterArgsEvent event) {
		super.onApplicationEvent(event);
		Config config = getConfig().get(event.getRouteId());
		if (config != null) {
			config.validate(event.getRouteId());
		}
	}

	/**
	 * Decides about a request.
	 * @param routeId the id of the route
	 * @param id whose bucket
	 * @return the decision, at once or after the wait for an acknowledgement
	 * @throws IllegalArgumentException if the route has no arguments
	 */
	@Override
	public Mono<Response> isAllowed(String routeId, String id) {
		Config config = config(routeId);
		if (config.getBurstCapacity() < config.getRequestedTokens()) {
			return Mono.just(new Response(false, headers(0, config)));
		}
		Charge charge = new Charge(limit(routeId, config), id, config.getRequestedTokens());
		return this.cashier.pay(List.of(charge)).map((decisions) -> response(decisions.get(0), config));
	}

	private Config config(String routeId) {
		Config config = getConfig().get(routeId);
		config = (config != null) ? config : getConfig().get(RouteDefinitionRouteLocator.DEFAULT_FILTERS);
		if (config == null) {
			throw new IllegalArgumentException(
					"RequestRateLimiter of route '%s' lacks the arguments %s.replenishRate and %s.burstCapacity"
						.formatted(routeId, ARGUMENTS, ARGUMENTS));
		}
		return config;
	}

	private String limit(String routeId, Config config) {
		String name = LIMIT_PREFIX + routeId;
		if (this.limitedBy.get(name) != config) {
			this.control.configure(policy(name, config));
			this.limitedBy.put(name, config);
		}
		return name;
	}

	private LimitPolicy policy(String name, Config config) {
		long capacity = MicroTokens.ofTokens(Math.min(config.getBurstCapacity(), MicroTokens.MAX_TOKENS));
		return new LimitPolicy(
				new Limit(name, capacity, RefillRate.perSecond(BigDecimal.valueOf(config.getReplenishRate())), capacity,
						this.settings.revision()),
				Consistency.BOUNDED, this.settings.creditWait());
	}

	private static Response response(Decision decision, Config config) {
		Map<String, String> headers = headers(decision.remainingTokens(), config);
		if (!decision.isAdmitted() && decision.nanosToWait() < Long.MAX_VALUE) {
			headers.put(HttpHeaders.RETRY_AFTER, Long.toString(RetryAfter.seconds(decision.timeToWait())));
		}
		return new Response(decision.isAdmitted(), headers);
	}

	private static Map<String, String> headers(long remaining, Config config) {
		Map<String, String> headers = new LinkedHashMap<>();
		headers.put("X-RateLimit-Remaining", Long.toString(remaining));
		headers.put("X-RateLimit-Replenish-Rate", Integer.toString(config.getReplenishRate()));
		headers.put("X-RateLimit-Burst-Capacity", Long.toString(config.getBurstCapacity()));
		headers.put("X-RateLimit-Requested-Tokens", Integer.toString(config.getRequestedTokens()));
		return headers;
	}

	/**
	 * What the arguments do not say. Immutable.
	 *
	 * @param revision of the limits
	 * @param creditWait how long a request may wait for an acknowledgement
	 */
	public record Settings(long revision, Duration creditWait) {
	}

	/**
	 * The arguments of a route.
	 */
	public static class Config {

		private int replenishRate;

		private long burstCapacity = 1;

		private int requestedTokens = 1;

		/**
		 * Tokens that flow in.
		 * @return tokens per second
		 */
		public int getReplenishRate() {
			return this.replenishRate;
		}

		/**
		 * Sets what flows in.
		 * @param replenishRate tokens per second, positive
		 */
		public void setReplenishRate(int replenishRate) {
			this.replenishRate = replenishRate;
		}

		/**
		 * The capacity.
		 * @return tokens
		 */
		public long getBurstCapacity() {
			return this.burstCapacity;
		}

		/**
		 * Sets the capacity.
		 * @param burstCapacity tokens; fewer than a request costs let none pass
		 */
		public void setBurstCapacity(long burstCapacity) {
			this.burstCapacity = burstCapacity;
		}

		/**
		 * What a request costs.
		 * @return tokens
		 */
		public int getRequestedTokens() {
			return this.requestedTokens;
		}

		/**
		 * Sets what a request costs.
		 * @param requestedTokens tokens, positive
		 */
		public void setRequestedTokens(int requestedTokens) {
			this.requestedTokens = requestedTokens;
		}

		private void validate(String routeId) {
			require(this.replenishRate >= 1, routeId, "replenishRate", this.replenishRate, "at least 1");
			require(this.requestedTokens >= 1, routeId, "requestedTokens", this.requestedTokens, "at least 1");
		}

		private static void require(boolean valid, String routeId, String argument, long value, String range) {
			if (!valid) {
				throw new IllegalArgumentException("RequestRateLimiter of route '%s': %s.%s is %d. Set it to %s."
					.formatted(routeId, ARGUMENTS, argument, value, range));
			}
		}

	}

}
