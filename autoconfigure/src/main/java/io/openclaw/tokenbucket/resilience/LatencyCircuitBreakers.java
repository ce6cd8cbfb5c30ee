package io.openclaw.tokenbucket.resilience;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.BiConsumer;
import java.util.function.Consumer;

import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig.SlidingWindowType;
import io.github.resilience4j.circuitbreaker.CircuitBreakerRegistry;

/**
 * The circuit breakers of routes, in Resilience4j's registry as {@value #PREFIX} and the
 * ids of the routes: under the id alone Spring Cloud Gateway's own filter CircuitBreaker
 * would share them. A route that is configured as an instance in Resilience4j's own
 * properties, or else by {@value #CONFIGURATION}, is judged by that alone. Thread-safe.
 */
public final class LatencyCircuitBreakers {

	/** The name of the shared configuration that replaces the defaults of all routes. */
	public static final String CONFIGURATION = "token-bucket";

	/** What the names of instances begin with. */
	public static final String PREFIX = "token-bucket.";

	private final CircuitBreakerRegistry registry;

	private final Map<String, CircuitBreakerConfig> configured = new HashMap<>();

	private final CircuitBreakerConfig defaults;

	private final Consumer<CircuitStateChanged> listener;

	private final List<BiConsumer<String, LatencyCircuitBreaker>> observers = new CopyOnWriteArrayList<>();

	private final ConcurrentMap<String, LatencyCircuitBreaker> byRoute = new ConcurrentHashMap<>();

	/**
	 * Creates the breakers, none at first.
	 * @param registry where they are registered
	 * @param latencyThreshold beyond which the beginning of an answer is slow, positive
	 * @param listener is told of every change of state, on the thread of a request; must
	 * not block
	 */
	public LatencyCircuitBreakers(CircuitBreakerRegistry registry, Duration latencyThreshold,
			Consumer<CircuitStateChanged> listener) {
		this.registry = registry;
		this.defaults = registry.getConfiguration(CONFIGURATION).orElseGet(() -> defaults(latencyThreshold));
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
			// Calls that never end must not keep the circuit half-open for good.
			.maxWaitDurationInHalfOpenState(Duration.ofSeconds(30))
			// An upstream that fails at once is not slow.
			.recordException((error) -> false)
			.build();
	}

	/**
	 * The breaker of a route.
	 * @param route the id of the route
	 * @return the breaker, the same for the same route
	 */
	public LatencyCircuitBreaker forRoute(String route) {
		LatencyCircuitBreaker breaker = this.byRoute.get(route);
		return (breaker != null) ? breaker : this.byRoute.computeIfAbsent(route, this::create);
	}

	/**
	 * Has breakers passed on when they are created, which is with the first request of a
	 * route.
	 * @param observer receives the id of the route and its breaker, those that are there
	 * included
	 */
	public void onCreated(BiConsumer<String, LatencyCircuitBreaker> observer) {
		this.observers.add(observer);
		this.byRoute.forEach(observer);
	}

	/**
	 * The states of all routes that were called.
	 * @return states by route, in order
	 */
	public Map<String, CircuitState> states() {
		Map<String, CircuitState> states = new TreeMap<>();
		this.byRoute.forEach((route, breaker) -> states.put(route, breaker.state()));
		return states;
	}

	private LatencyCircuitBreaker create(String route) {
		CircuitBreakerConfig config = this.configured.getOrDefault(route, this.defaults);
		LatencyCircuitBreaker breaker = new LatencyCircuitBreaker(route,
				this.registry.circuitBreaker(PREFIX + route, config), this.listener);
		this.observers.forEach((observer) -> observer.accept(route, breaker));
		return breaker;
	}

}
