package io.openclaw.tokenbucket.resilience;

import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.github.resilience4j.circuitbreaker.CircuitBreaker.Metrics;
import io.github.resilience4j.circuitbreaker.CircuitBreaker.StateTransition;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig;
import io.github.resilience4j.core.IntervalFunction;

/**
 * Judges the upstream of one route by how long it takes to begin its answers. Time that a
 * caller spends never counts, and no caller can hold a place of a probe for longer than
 * the threshold. Thread-safe; no method blocks.
 */
public final class LatencyCircuitBreaker {

	private final CircuitBreaker breaker;

	private final LatencyThreshold threshold;

	private final WarmUp warmUp;

	// At most as many as a half-open circuit lets through.
	private final Set<Call> probes = ConcurrentHashMap.newKeySet();

	private final AtomicInteger changes = new AtomicInteger();

	private volatile Opening opening = new Opening(0, 0, 0);

	LatencyCircuitBreaker(String route, CircuitBreaker breaker, LatencyThreshold threshold, WarmUp warmUp,
			Consumer<CircuitStateChanged> listener) {
		this.breaker = breaker;
		this.threshold = threshold;
		this.warmUp = warmUp;
		breaker.getEventPublisher().onStateTransition((event) -> {
			StateTransition transition = event.getStateTransition();
			CircuitState from = state(transition.getFromState());
			CircuitState to = state(transition.getToState());
			this.changes.incrementAndGet();
			this.probes.clear();
			if (transition.getToState() == CircuitBreaker.State.OPEN) {
				open(from == CircuitState.HALF_OPEN);
			}
			if (from != to) {
				Metrics metrics = breaker.getMetrics();
				listener.accept(new CircuitStateChanged(route, from, to, metrics.getNumberOfBufferedCalls(),
						metrics.getSlowCallRate(), threshold));
			}
		});
	}

	/**
	 * Asks to forward a request that has arrived whole.
	 * @return the call, on which one of the final methods must be called; empty while the
	 * circuit is open, or half-open with enough calls on their way
	 */
	public Optional<Call> tryCall() {
		Call call = new Call();
		return call.takePlace() ? Optional.of(call) : Optional.empty();
	}

	/**
	 * Asks to forward a request of which the caller sends more after its head. It takes
	 * no place of a probe before it is {@linkplain Call#forwarded() forwarded} whole,
	 * since until then its caller decides how long it takes.
	 * @return the call, on which one of the final methods must be called; empty while the
	 * circuit is open, or half-open with enough calls on their way
	 */
	public Optional<Call> tryUpload() {
		if (!acquire()) {
			return Optional.empty();
		}
		this.breaker.releasePermission();
		return Optional.of(new Call());
	}

	/**
	 * How long until the next request may be forwarded: while open, until the first
	 * probe; while half-open, until the last of the probes that are on their way is
	 * judged, after which the circuit closes if they were fast.
	 * @return the time, zero if requests are forwarded or may be at any moment
	 */
	public Duration timeUntilProbe() {
		long nanos = switch (state()) {
			case CLOSED -> 0;
			case HALF_OPEN -> this.probes.stream().mapToLong(Call::nanosUntilSlow).max().orElse(0);
			case OPEN -> this.opening.forNanos() - (nanos() - this.opening.atNanos());
		};
		return Duration.ofNanos(Math.max(0, nanos));
	}

	/**
	 * The state of the circuit.
	 * @return the state
	 */
	public CircuitState state() {
		return state(this.breaker.getState());
	}

	/**
	 * A call is slow if its answer takes longer to begin.
	 * @return the threshold
	 */
	public LatencyThreshold threshold() {
		return this.threshold;
	}

	// Whoever finds all places taken by probes that are slow already need not wait for
	// their ends.
	private boolean acquire() {
		return this.breaker.tryAcquirePermission() || (judgeLateProbes() && this.breaker.tryAcquirePermission());
	}

	private boolean judgeLateProbes() {
		boolean any = false;
		for (Call probe : this.probes) {
			if (probe.nanosUntilSlow() < 0) {
				probe.abandoned();
				any = true;
			}
		}
		return any;
	}

	private static CircuitState state(CircuitBreaker.State state) {
		return switch (state) {
			case OPEN, FORCED_OPEN -> CircuitState.OPEN;
			case HALF_OPEN -> CircuitState.HALF_OPEN;
			case CLOSED, DISABLED, METRICS_ONLY -> CircuitState.CLOSED;
		};
	}

	// Resilience4j does not tell when an open circuit will let a call through.
	private void open(boolean again) {
		CircuitBreakerConfig config = this.breaker.getCircuitBreakerConfig();
		IntervalFunction wait = config.getWaitIntervalFunctionInOpenState();
		int attempt = again ? this.opening.attempt() + 1 : 1;
		this.opening = new Opening(attempt, nanos(), TimeUnit.MILLISECONDS.toNanos(wait.apply(attempt)));
	}

	private long nanos() {
		return this.breaker.getTimestampUnit().toNanos(this.breaker.getCurrentTimestamp());
	}

	private record Opening(int attempt, long atNanos, long forNanos) {
	}

	/**
	 * A request that may be forwarded. It is judged if it was forwarded whole, and if the
	 * circuit is still in the state in which it took its place. Of the methods that end
	 * it the first one counts. Thread-safe.
	 */
	public final class Call {

		private static final int NONE = -1;

		private final AtomicBoolean ended = new AtomicBoolean();

		// How often the circuit had changed when this call took its place.
		private final AtomicInteger place = new AtomicInteger(NONE);

		private volatile boolean forwarded;

		private volatile long since;

		private Call() {
		}

		/**
		 * The whole request is on its way upstream: from now on the upstream is waited
		 * for. The first time counts, since a retry is the upstream's doing.
		 */
		public void forwarded() {
			if (this.forwarded) {
				return;
			}
			if (this.place.get() == NONE && takePlace() && this.ended.get()) {
				// Its caller went away meanwhile.
				end(false, this::release);
			}
			this.since = LatencyCircuitBreaker.this.breaker.getCurrentTimestamp();
			this.forwarded = true;
		}

		/**
		 * The answer begins. Ends the call.
		 */
		public void answered() {
			if (this.ended.compareAndSet(false, true)) {
				end(true, this::succeed);
			}
		}

		/**
		 * There is no answer. Ends the call, which counts by its duration alone unless
		 * Resilience4j is configured to record the error.
		 * @param error why
		 */
		public void failed(Throwable error) {
			if (this.ended.compareAndSet(false, true)) {
				end(true, () -> LatencyCircuitBreaker.this.breaker.onError(elapsed(), unit(), error));
			}
		}

		/**
		 * Nobody waits for the answer, or the request was not forwarded. Ends the call,
		 * which counts only if a caller had waited longer than the threshold: whoever
		 * goes away sooner says nothing about the upstream.
		 */
		public void abandoned() {
			if (this.ended.compareAndSet(false, true)) {
				end(nanosUntilSlow() < 0, this::succeed);
			}
		}

		private boolean takePlace() {
			if (!acquire()) {
				return false;
			}
			this.since = LatencyCircuitBreaker.this.breaker.getCurrentTimestamp();
			this.place.set(LatencyCircuitBreaker.this.changes.get());
			if (state() == CircuitState.HALF_OPEN) {
				LatencyCircuitBreaker.this.probes.add(this);
			}
			return true;
		}

		// What began in an earlier state of the circuit has no place in this one.
		private void end(boolean judged, Runnable verdict) {
			LatencyCircuitBreaker.this.probes.remove(this);
			if (this.place.getAndSet(NONE) != LatencyCircuitBreaker.this.changes.get()) {
				return;
			}
			if (judged && this.forwarded && LatencyCircuitBreaker.this.warmUp.isOver()) {
				verdict.run();
			}
			else {
				release();
			}
		}

		private void succeed() {
			LatencyCircuitBreaker.this.breaker.onSuccess(elapsed(), unit());
		}

		private void release() {
			LatencyCircuitBreaker.this.breaker.releasePermission();
		}

		private long nanosUntilSlow() {
			return LatencyCircuitBreaker.this.threshold.duration().toNanos() - unit().toNanos(elapsed());
		}

		private long elapsed() {
			return LatencyCircuitBreaker.this.breaker.getCurrentTimestamp() - this.since;
		}

		private TimeUnit unit() {
			return LatencyCircuitBreaker.this.breaker.getTimestampUnit();
		}

	}

}
