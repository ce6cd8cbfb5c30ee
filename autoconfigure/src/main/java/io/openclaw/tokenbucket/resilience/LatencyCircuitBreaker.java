package io.openclaw.tokenbucket.resilience;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;

import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.github.resilience4j.circuitbreaker.CircuitBreaker.StateTransition;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig;
import io.github.resilience4j.core.IntervalFunction;

/**
 * Judges the upstream of one route by how long it takes to begin its answers.
 * Thread-safe; no method blocks.
 */
public final class LatencyCircuitBreaker {

	private final CircuitBreaker breaker;

	private volatile Opening opening = new Opening(0, 0, 0);

	LatencyCircuitBreaker(String route, CircuitBreaker breaker, Consumer<CircuitStateChanged> listener) {
		this.breaker = breaker;
		breaker.getEventPublisher().onStateTransition((event) -> {
			StateTransition transition = event.getStateTransition();
			if (transition.getToState() == CircuitBreaker.State.OPEN) {
				open(transition.getFromState() == CircuitBreaker.State.HALF_OPEN);
			}
			CircuitState from = state(transition.getFromState());
			CircuitState to = state(transition.getToState());
			if (from != to) {
				listener.accept(new CircuitStateChanged(route, from, to));
			}
		});
	}

	/**
	 * Asks to forward a request.
	 * @return the call, on which exactly one of the final methods must be called; empty
	 * while the circuit is open, or half-open with enough calls on their way
	 */
	public Optional<Call> tryCall() {
		return this.breaker.tryAcquirePermission() ? Optional.of(new Call()) : Optional.empty();
	}

	/**
	 * How long until the next request may be forwarded.
	 * @return the time, zero if requests are forwarded or may be at any moment
	 */
	public Duration timeUntilProbe() {
		if (state() != CircuitState.OPEN) {
			return Duration.ZERO;
		}
		Opening current = this.opening;
		return Duration.ofNanos(Math.max(0, current.forNanos() - (nanos() - current.atNanos())));
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
	public Duration threshold() {
		return this.breaker.getCircuitBreakerConfig().getSlowCallDurationThreshold();
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
	 * A request that may be forwarded. Of the methods that end it the first one counts.
	 * Thread-safe.
	 */
	public final class Call {

		private final AtomicBoolean ended = new AtomicBoolean();

		private volatile long since;

		private volatile boolean waiting;

		private Call() {
		}

		/**
		 * The caller begins to send the body of its request, which may take it long.
		 */
		public void uploading() {
			this.since = LatencyCircuitBreaker.this.breaker.getCurrentTimestamp();
		}

		/**
		 * The whole request is on its way upstream: from now on the upstream is waited
		 * for.
		 */
		public void forwarded() {
			this.since = LatencyCircuitBreaker.this.breaker.getCurrentTimestamp();
			this.waiting = true;
		}

		/**
		 * The answer begins. Ends the call.
		 */
		public void answered() {
			if (end()) {
				LatencyCircuitBreaker.this.breaker.onSuccess(this.waiting ? elapsed() : 0, unit());
			}
		}

		/**
		 * There is no answer. Ends the call, which counts by its duration alone unless
		 * Resilience4j is configured to record the error.
		 * @param error why
		 */
		public void failed(Throwable error) {
			if (end()) {
				LatencyCircuitBreaker.this.breaker.onError(elapsed(), unit(), error);
			}
		}

		/**
		 * Nobody waits for the answer, or the request was not forwarded. Ends the call,
		 * which counts only if a caller had waited longer than the threshold: whoever
		 * goes away sooner says nothing about the upstream.
		 */
		public void abandoned() {
			if (!end()) {
				return;
			}
			if (this.waiting && unit().toNanos(elapsed()) > threshold().toNanos()) {
				LatencyCircuitBreaker.this.breaker.onSuccess(elapsed(), unit());
			}
			else {
				LatencyCircuitBreaker.this.breaker.releasePermission();
			}
		}

		private boolean end() {
			return this.ended.compareAndSet(false, true);
		}

		private long elapsed() {
			return LatencyCircuitBreaker.this.breaker.getCurrentTimestamp() - this.since;
		}

		private TimeUnit unit() {
			return LatencyCircuitBreaker.this.breaker.getTimestampUnit();
		}

	}

}
