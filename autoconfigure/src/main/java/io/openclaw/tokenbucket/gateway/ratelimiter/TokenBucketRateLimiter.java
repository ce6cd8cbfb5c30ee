package io.openclaw.tokenbucket.gateway.ratelimiter;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
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
public class TokenBucketRateLimiter extends AbstractRateLimiter<RouteArguments> {

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
	private final ConcurrentMap<String, RouteArguments> config = new ConcurrentHashMap<>();

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
		super(RouteArguments.class, ARGUMENTS, configurationService);
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
		RouteArguments config = argumentsOf(routeId);
		return config != null && config.getSettle() != null;
	}

	private RouteArguments configOf(String routeId) {
		RouteArguments routeConfig = argumentsOf(routeId);
		if (routeConfig == null) {
			throw new IllegalArgumentException(
					"RequestRateLimiter of route '%s' lacks the arguments %s.replenishRate and %s.burstCapacity"
						.formatted(routeId, ARGUMENTS, ARGUMENTS));
		}
		return routeConfig;
	}

	private @Nullable RouteArguments argumentsOf(String routeId) {
		RouteArguments routeConfig = this.config.get(routeId);
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
	public Map<String, RouteArguments> getConfig() {
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

}
