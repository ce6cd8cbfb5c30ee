package io.openclaw.tokenbucket.gateway.ratelimiter;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;

import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

import org.springframework.cloud.gateway.filter.ratelimit.AbstractRateLimiter;
import org.springframework.cloud.gateway.route.RouteDefinitionRouteLocator;
import org.springframework.cloud.gateway.support.ConfigurationService;
import org.springframework.http.HttpHeaders;

import io.openclaw.tokenbucket.crdt.Limit;
import io.openclaw.tokenbucket.crdt.MicroTokens;
import io.openclaw.tokenbucket.gateway.Cashier;
import io.openclaw.tokenbucket.gateway.DecisionObserver;
import io.openclaw.tokenbucket.gateway.ErrorSettlement;
import io.openclaw.tokenbucket.gateway.ResponseCosts;
import io.openclaw.tokenbucket.gateway.Settling;
import io.openclaw.tokenbucket.gateway.answer.RetryAfter;
import io.openclaw.tokenbucket.gateway.ratelimiter.RouteLimits.RouteLimit;
import io.openclaw.tokenbucket.limiter.LimitControl;
import io.openclaw.tokenbucket.limiter.TokenBucketLimiter;
import io.openclaw.tokenbucket.limiter.decision.Charge;
import io.openclaw.tokenbucket.limiter.decision.Decision;

/**
 * Decides for Spring Cloud Gateway's filter {@code RequestRateLimiter}, by the arguments
 * and properties that are there for its {@code RedisRateLimiter}. As with that one each
 * route has buckets of its own, which all gateways share. Thread-safe; does no I/O.
 */
public class TokenBucketRateLimiter extends AbstractRateLimiter<TokenBucketRateLimiter.Config> {

	/** The prefix of the arguments, that of Spring Cloud Gateway's own rate limiter. */
	public static final String ARGUMENTS = "redis-rate-limiter";

	/**
	 * What the names of the limits of routes begin with. Limits that are configured, and
	 * their overrides, have no colon in their names.
	 */
	public static final String LIMIT_PREFIX = "request-rate-limiter:";

	/** The default name of the header with the tokens left. */
	public static final String REMAINING_HEADER = "X-RateLimit-Remaining";

	/** The default name of the header with the refill rate in tokens per second. */
	public static final String REPLENISH_RATE_HEADER = "X-RateLimit-Replenish-Rate";

	/** The default name of the header with the capacity in tokens. */
	public static final String BURST_CAPACITY_HEADER = "X-RateLimit-Burst-Capacity";

	/** The default name of the header with what a request costs in tokens. */
	public static final String REQUESTED_TOKENS_HEADER = "X-RateLimit-Requested-Tokens";

	private final Cashier cashier;

	private final RouteLimits limits;

	private final UnaryOperator<String> names;

	// Requests read while routes are refreshed.
	private final ConcurrentMap<String, Config> config = new ConcurrentHashMap<>();

	private volatile boolean includeHeaders = true;

	private volatile String remainingHeader = REMAINING_HEADER;

	private volatile String replenishRateHeader = REPLENISH_RATE_HEADER;

	private volatile String burstCapacityHeader = BURST_CAPACITY_HEADER;

	private volatile String requestedTokensHeader = REQUESTED_TOKENS_HEADER;

	/**
	 * Creates a rate limiter.
	 * @param limiter decides
	 * @param control takes the limits of routes
	 * @param configurationService binds arguments
	 * @param settings what the arguments do not say
	 * @param added is told the name of each limit that is new
	 * @param names names the bucket of a key
	 * @param costs reads how requests are settled whose cost is known afterwards
	 */
	public TokenBucketRateLimiter(TokenBucketLimiter limiter, LimitControl control,
			ConfigurationService configurationService, Settings settings, Consumer<String> added,
			UnaryOperator<String> names, ResponseCosts costs) {
		super(Config.class, ARGUMENTS, configurationService);
		this.cashier = new Cashier(limiter, DecisionObserver.NONE);
		this.limits = new RouteLimits(control, settings, added, costs);
		this.names = names;
	}

	/**
	 * Has all limits of routes follow other settings, such as a higher revision.
	 * @param settings what the arguments do not say
	 */
	public void follow(Settings settings) {
		this.limits.follow(settings);
	}

	/**
	 * Configures the limit of a route before its first request.
	 * @param routeId the id of the route
	 * @throws RejectedArgumentException if an argument makes no limit
	 * @throws IllegalArgumentException if the route has no arguments
	 */
	public void prepare(String routeId) {
		this.limits.of(routeId, configOf(routeId));
	}

	/**
	 * Routes that admit nobody, since their capacity is 0.
	 * @return ids of routes that have been prepared or asked for
	 */
	public Set<String> closedRoutes() {
		return this.limits.closed();
	}

	/**
	 * Decides about a request.
	 * @param routeId the id of the route
	 * @param id whose bucket
	 * @return the decision, at once or after the wait for an acknowledgement
	 * @throws RejectedArgumentException if an argument makes no limit
	 * @throws IllegalArgumentException if the route has no arguments
	 */
	@Override
	public Mono<Response> isAllowed(String routeId, String id) {
		RouteLimit limit = this.limits.of(routeId, configOf(routeId));
		String name = limit.name();
		if (name == null) {
			return Mono
				.just(new Response(false, headers("0", Integer.toString(limit.replenishRate()), "0", limit.cost())));
		}
		String key = this.names.apply(id);
		Settling settling = limit.settling();
		Mono<Decision> decision = (settling != null) ? this.cashier.payAndSettle(name, key, limit.cost(), settling)
				: this.cashier.pay(List.of(new Charge(name, key, limit.cost()))).map((decisions) -> decisions.get(0));
		return decision.map((decided) -> response(decided, limit.cost()));
	}

	/**
	 * Whether requests of a route may be settled when their cost is known.
	 * @param routeId the id of the route
	 * @return whether its arguments say how
	 */
	public boolean settles(String routeId) {
		Config config = argumentsOf(routeId);
		return config != null && config.getSettle() != null;
	}

	private Config configOf(String routeId) {
		Config routeConfig = argumentsOf(routeId);
		if (routeConfig == null) {
			throw new IllegalArgumentException(
					"RequestRateLimiter of route '%s' lacks the arguments %s.replenishRate and %s.burstCapacity"
						.formatted(routeId, ARGUMENTS, ARGUMENTS));
		}
		return routeConfig;
	}

	private @Nullable Config argumentsOf(String routeId) {
		Config routeConfig = this.config.get(routeId);
		return (routeConfig != null) ? routeConfig : this.config.get(RouteDefinitionRouteLocator.DEFAULT_FILTERS);
	}

	private Response response(Decision decision, int requestedTokens) {
		Limit limit = decision.limit();
		Map<String, String> headers = headers(Long.toString(decision.remainingTokens()),
				limit.refillRate().roundedPerSecond().stripTrailingZeros().toPlainString(),
				Long.toString(MicroTokens.toWholeTokens(limit.capacity())), requestedTokens);
		if (this.includeHeaders && !decision.isAdmitted() && decision.nanosToWait() < Long.MAX_VALUE) {
			headers.put(HttpHeaders.RETRY_AFTER, Long.toString(RetryAfter.seconds(decision.timeToWait())));
		}
		return new Response(decision.isAdmitted(), headers);
	}

	private Map<String, String> headers(String remaining, String rate, String capacity, int requestedTokens) {
		Map<String, String> headers = new LinkedHashMap<>();
		if (this.includeHeaders) {
			headers.put(this.remainingHeader, remaining);
			headers.put(this.replenishRateHeader, rate);
			headers.put(this.burstCapacityHeader, capacity);
			headers.put(this.requestedTokensHeader, Integer.toString(requestedTokens));
		}
		return headers;
	}

	/**
	 * The arguments of routes; what is put here holds from the next request on.
	 * @return arguments by the id of the route, those for any other route under
	 * {@link RouteDefinitionRouteLocator#DEFAULT_FILTERS}; mutable and thread-safe
	 */
	@Override
	public Map<String, Config> getConfig() {
		return this.config;
	}

	/**
	 * Whether answers carry headers.
	 * @return {@code true} by default
	 */
	public boolean isIncludeHeaders() {
		return this.includeHeaders;
	}

	/**
	 * Sets whether answers carry headers, {@code Retry-After} included.
	 * @param includeHeaders {@code false} for none
	 */
	public void setIncludeHeaders(boolean includeHeaders) {
		this.includeHeaders = includeHeaders;
	}

	/**
	 * The header with the tokens left.
	 * @return its name
	 */
	public String getRemainingHeader() {
		return this.remainingHeader;
	}

	/**
	 * Sets the header with the tokens left.
	 * @param remainingHeader its name
	 */
	public void setRemainingHeader(String remainingHeader) {
		this.remainingHeader = remainingHeader;
	}

	/**
	 * The header with the refill rate.
	 * @return its name
	 */
	public String getReplenishRateHeader() {
		return this.replenishRateHeader;
	}

	/**
	 * Sets the header with the refill rate.
	 * @param replenishRateHeader its name
	 */
	public void setReplenishRateHeader(String replenishRateHeader) {
		this.replenishRateHeader = replenishRateHeader;
	}

	/**
	 * The header with the capacity.
	 * @return its name
	 */
	public String getBurstCapacityHeader() {
		return this.burstCapacityHeader;
	}

	/**
	 * Sets the header with the capacity.
	 * @param burstCapacityHeader its name
	 */
	public void setBurstCapacityHeader(String burstCapacityHeader) {
		this.burstCapacityHeader = burstCapacityHeader;
	}

	/**
	 * The header with what a request costs.
	 * @return its name
	 */
	public String getRequestedTokensHeader() {
		return this.requestedTokensHeader;
	}

	/**
	 * Sets the header with what a request costs.
	 * @param requestedTokensHeader its name
	 */
	public void setRequestedTokensHeader(String requestedTokensHeader) {
		this.requestedTokensHeader = requestedTokensHeader;
	}

	/**
	 * The settings that the arguments lack. Immutable.
	 *
	 * @param revision of the limits
	 * @param creditWait how long a request may wait for an acknowledgement
	 */
	public record Settings(long revision, Duration creditWait) {
	}

	/**
	 * The arguments of a route. Mutable, not thread-safe.
	 */
	public static class Config {

		private int replenishRate;

		private long burstCapacity = 1;

		private int requestedTokens = 1;

		private @Nullable String settle;

		private @Nullable ErrorSettlement settleOnError;

		private @Nullable Long overdraft;

		/**
		 * Tokens that flow in.
		 * @return tokens per second
		 */
		public int getReplenishRate() {
			return this.replenishRate;
		}

		/**
		 * Sets what flows in.
		 * @param replenishRate tokens per second, from 1 to
		 * {@link MicroTokens#MAX_TOKENS}
		 * @return this
		 */
		public Config setReplenishRate(int replenishRate) {
			this.replenishRate = replenishRate;
			return this;
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
		 * @param burstCapacity tokens, from 0 to {@link MicroTokens#MAX_TOKENS}; fewer
		 * than a request costs let none pass
		 * @return this
		 */
		public Config setBurstCapacity(long burstCapacity) {
			this.burstCapacity = burstCapacity;
			return this;
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
		 * @param requestedTokens tokens, at least 1
		 * @return this
		 */
		public Config setRequestedTokens(int requestedTokens) {
			this.requestedTokens = requestedTokens;
			return this;
		}

		/**
		 * What a request has cost, where that is known only afterwards.
		 * @return as {@code settle} of a limit; {@code null} where the cost is final
		 */
		public @Nullable String getSettle() {
			return this.settle;
		}

		/**
		 * Sets what a request has cost. It then takes {@code requestedTokens} in advance.
		 * @param settle such as {@code header:X-Tokens-Used}
		 * @return this
		 */
		public Config setSettle(@Nullable String settle) {
			this.settle = settle;
			return this;
		}

		/**
		 * What a request costs that failed before anybody knew.
		 * @return {@code null} for what it took in advance
		 */
		public @Nullable ErrorSettlement getSettleOnError() {
			return this.settleOnError;
		}

		/**
		 * Sets what a request costs that failed before anybody knew.
		 * @param settleOnError {@code null} for what it took in advance
		 * @return this
		 */
		public Config setSettleOnError(@Nullable ErrorSettlement settleOnError) {
			this.settleOnError = settleOnError;
			return this;
		}

		/**
		 * What a request may cost beyond what it took in advance.
		 * @return tokens; {@code null} for as many again
		 */
		public @Nullable Long getOverdraft() {
			return this.overdraft;
		}

		/**
		 * Sets what a request may cost beyond what it took in advance.
		 * @param overdraft tokens, from 0 to {@link MicroTokens#MAX_TOKENS}; {@code null}
		 * for as many again
		 * @return this
		 */
		public Config setOverdraft(@Nullable Long overdraft) {
			this.overdraft = overdraft;
			return this;
		}

		@Nullable Settling settling(String routeId, ResponseCosts costs) {
			String text = this.settle;
			if (text == null) {
				return null;
			}
			ErrorSettlement onError = Objects.requireNonNullElse(this.settleOnError, ErrorSettlement.KEEP);
			try {
				return costs.parse(text, onError, this.overdraft);
			}
			catch (IllegalArgumentException ex) {
				throw new RejectedArgumentException(routeId, "settle", text, "what is possible: " + ex.getMessage());
			}
		}

		void validate(String routeId) {
			require(routeId, "replenishRate", this.replenishRate, 1);
			require(routeId, "burstCapacity", this.burstCapacity, 0);
			if (this.requestedTokens < 1) {
				throw new RejectedArgumentException(routeId, "requestedTokens", this.requestedTokens, "at least 1");
			}
			if (this.overdraft != null) {
				require(routeId, "overdraft", this.overdraft, 0);
			}
		}

		private static void require(String routeId, String argument, long value, long least) {
			if (value < least || value > MicroTokens.MAX_TOKENS) {
				throw new RejectedArgumentException(routeId, argument, value,
						"at least %d and at most %d".formatted(least, MicroTokens.MAX_TOKENS));
			}
		}

		@Override
		public String toString() {
			return "replenishRate = %d, burstCapacity = %d, requestedTokens = %d".formatted(this.replenishRate,
					this.burstCapacity, this.requestedTokens);
		}

	}

}
