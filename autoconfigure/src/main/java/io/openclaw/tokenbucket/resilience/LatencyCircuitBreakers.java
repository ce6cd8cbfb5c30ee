package io.openclaw.tokenbucket.resilience;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.Function;

import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig.SlidingWindowType;
import io.github.resilience4j.circuitbreaker.CircuitBreakerRegistry;
import org.jspecify.annotations.Nullable;

/**
 * The latency circuits of routes, in Resilience4j's registry as {@value #PREFIX} and the
 * ids of the routes: under the id alone Spring Cloud Gateway's own filter CircuitBreaker
 * would share them. A route without a threshold has no circuit. One that has, and is
 * configured as an instance in Resilience4j's own properties, or else by
 * {@value #CONFIGURATION}, is judged by that; a threshold of the route's own comes before
 * either. Thread-safe.
 */
public final class LatencyCircuitBreakers {

	/** The name of the shared configuration that replaces the defaults of all routes. */
	public static final String CONFIGURATION = "token-bucket";

	/** What the names of instances begin with. */
	public static final String PREFIX = "token-bucket.";

	private static final String PROPERTIES = "resilience4j.circuitbreaker.";

	private final CircuitBreakerRegistry registry;

	private final LatencyThresholds thresholds;

	private final WarmUp warmUp;

	private final Map<String, CircuitBreakerConfig> configured = new HashMap<>();

	private final Consumer<CircuitStateChanged> listener;

	private final List<BiConsumer<String, LatencyCircuitBreaker>> observers = new CopyOnWriteArrayList<>();

	private final ConcurrentMap<String, LatencyCircuitBreaker> byRoute = new ConcurrentHashMap<>();

	/**
	 * Creates the circuits, none at first.
	 * @param registry where they are registered
	 * @param thresholds which routes have one
	 * @param warmUp until which answers are not judged
	 * @param listener is told of every change of state, on the thread of a request; must
	 * not block
	 */
	public LatencyCircuitBreakers(CircuitBreakerRegistry registry, LatencyThresholds thresholds, WarmUp warmUp,
			Consumer<CircuitStateChanged> listener) {
		this.registry = registry;
		this.thresholds = thresholds;
		this.warmUp = warmUp;
		this.listener = listener;
		registry.getAllCircuitBreakers()
			.forEach((breaker) -> this.configured.put(breaker.getName(), breaker.getCircuitBreakerConfig()));
	}

	/**
	 * The defaults: open when half of the calls of the last ten seconds, ten at least,
	 * were slow; probe with five calls after five seconds. Resilience4j's own would need
	 * a hundred calls, all of them slow.
	 * @param latencyThreshold beyond which a call is slow
	 * @return the configuration
	 */
	public static CircuitBreakerConfig defaults(Duration latencyThreshold) {
		return CircuitBreakerConfig.custom()
			.slowCallDurationThreshold(latencyThreshold)
			.slowCallRateThreshold(50)
			.slidingWindowType(SlidingWindowType.TIME_BASED)
			.slidingWindowSize(10)
			.minimumNumberOfCalls(10)
			.waitDurationInOpenState(Duration.ofSeconds(5))
			.permittedNumberOfCallsInHalfOpenState(5)
			// An upstream that fails at once is not slow.
			.recordException((error) -> false)
			.build();
	}

	/**
	 * The circuit of a route.
	 * @param route the id of the route
	 * @return the circuit, the same for the same route; {@code null} for a route without
	 * a threshold
	 */
	public @Nullable LatencyCircuitBreaker forRoute(String route) {
		LatencyCircuitBreaker breaker = this.byRoute.get(route);
		if (breaker != null || !this.thresholds.has(route)) {
			return breaker;
		}
		return this.byRoute.computeIfAbsent(route, this::create);
	}

	/**
	 * Has circuits passed on when they are created, which is with the filter of a route,
	 * or with its first request where that has no id yet.
	 * @param observer receives the id of the route and its breaker, those that are there
	 * included
	 */
	public void onCreated(BiConsumer<String, LatencyCircuitBreaker> observer) {
		this.observers.add(observer);
		this.byRoute.forEach(observer);
	}

	/**
	 * The thresholds of all circuits.
	 * @return thresholds by route, in order
	 */
	public SortedMap<String, LatencyThreshold> thresholds() {
		return collect(LatencyCircuitBreaker::threshold);
	}

	/**
	 * The states of all circuits.
	 * @return states by route, in order
	 */
	public SortedMap<String, CircuitState> states() {
		return collect(LatencyCircuitBreaker::state);
	}

	private <T> SortedMap<String, T> collect(Function<LatencyCircuitBreaker, T> value) {
		SortedMap<String, T> values = new TreeMap<>();
		this.byRoute.forEach((route, breaker) -> values.put(route, value.apply(breaker)));
		return values;
	}

	private LatencyCircuitBreaker create(String route) {
		CircuitBreakerConfig base = base(route);
		LatencyThreshold threshold = threshold(route, base);
		CircuitBreakerConfig config = (base != null)
				? CircuitBreakerConfig.from(base).slowCallDurationThreshold(threshold.duration()).build()
				: defaults(threshold.duration());
		LatencyCircuitBreaker breaker = new LatencyCircuitBreaker(route,
				this.registry.circuitBreaker(PREFIX + route, config), threshold, this.warmUp, this.listener);
		this.observers.forEach((observer) -> observer.accept(route, breaker));
		return breaker;
	}

	private @Nullable CircuitBreakerConfig base(String route) {
		CircuitBreakerConfig instance = this.configured.get(route);
		return (instance != null) ? instance : this.registry.getConfiguration(CONFIGURATION).orElse(null);
	}

	private LatencyThreshold threshold(String route, @Nullable CircuitBreakerConfig base) {
		LatencyThreshold own = this.thresholds.byRoute().get(route);
		if (own != null) {
			return own;
		}
		if (base == null) {
			return Objects.requireNonNull(this.thresholds.everywhere());
		}
		String property = this.configured.containsKey(route) ? "instances." + route : "configs." + CONFIGURATION;
		return new LatencyThreshold(base.getSlowCallDurationThreshold(),
				PROPERTIES + property + ".slow-call-duration-threshold");
	}

}
