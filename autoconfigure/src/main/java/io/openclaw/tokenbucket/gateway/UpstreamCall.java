package io.openclaw.tokenbucket.gateway;

import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;

import org.jspecify.annotations.Nullable;

import org.springframework.cloud.gateway.support.ServerWebExchangeUtils;
import org.springframework.http.HttpStatus;
import org.springframework.http.HttpStatusCode;
import org.springframework.web.server.ServerWebExchange;

import io.openclaw.tokenbucket.limiter.NanoClock;
import io.openclaw.tokenbucket.limiter.adaptive.UpstreamMeter;
import io.openclaw.tokenbucket.resilience.LatencyCircuitBreaker;

/**
 * A request on its way to the upstream of its route: tells the circuit of the route and
 * the limits that adapt what becomes of it. Of the methods that end it the first one
 * counts. Thread-safe.
 */
final class UpstreamCall {

	private static final Set<HttpStatusCode> OVERLOAD = Set.of(HttpStatus.TOO_MANY_REQUESTS,
			HttpStatus.SERVICE_UNAVAILABLE, HttpStatus.GATEWAY_TIMEOUT);

	private final ServerWebExchange exchange;

	private final LatencyCircuitBreaker.@Nullable Call circuit;

	private final List<UpstreamMeter> meters;

	private final AtomicReference<Phase> phase = new AtomicReference<>(Phase.NEW);

	private volatile long since;

	UpstreamCall(ServerWebExchange exchange, LatencyCircuitBreaker.@Nullable Call circuit, List<UpstreamMeter> meters) {
		this.exchange = exchange;
		this.circuit = circuit;
		this.meters = meters;
	}

	/**
	 * The whole request is on its way.
	 */
	void forwarded() {
		if (this.circuit != null) {
			this.circuit.forwarded();
		}
		if (this.phase.get() == Phase.NEW) {
			this.since = NanoClock.SYSTEM.nanoTime();
			if (this.phase.compareAndSet(Phase.NEW, Phase.FORWARDED)) {
				this.meters.forEach(UpstreamMeter::forwarded);
			}
		}
	}

	/**
	 * The answer begins.
	 */
	void answered() {
		if (this.circuit != null) {
			this.circuit.answered();
		}
		if (!end()) {
			return;
		}
		HttpStatusCode status = this.exchange.getResponse().getStatusCode();
		if (!ServerWebExchangeUtils.isAlreadyRouted(this.exchange)) {
			// Another filter of this gateway answered.
			this.meters.forEach((meter) -> meter.abandoned(0));
		}
		else if (status != null && OVERLOAD.contains(HttpStatusCode.valueOf(status.value()))) {
			this.meters.forEach(UpstreamMeter::refused);
		}
		else {
			long took = elapsed();
			this.meters.forEach((meter) -> meter.answered(took));
		}
	}

	/**
	 * There is no answer.
	 */
	void failed(Throwable error) {
		if (this.circuit != null) {
			this.circuit.failed(error);
		}
		if (end()) {
			boolean routed = ServerWebExchangeUtils.isAlreadyRouted(this.exchange);
			this.meters.forEach(routed ? UpstreamMeter::refused : (meter) -> meter.abandoned(0));
		}
	}

	/**
	 * Nobody waits for the answer, or the request was not forwarded.
	 */
	void abandoned() {
		if (this.circuit != null) {
			this.circuit.abandoned();
		}
		if (end()) {
			long took = elapsed();
			this.meters.forEach((meter) -> meter.abandoned(took));
		}
	}

	// What was never forwarded whole says nothing, whoever ends it.
	private boolean end() {
		return this.phase.getAndSet(Phase.ENDED) == Phase.FORWARDED;
	}

	private long elapsed() {
		return NanoClock.SYSTEM.nanoTime() - this.since;
	}

	private enum Phase {

		NEW, FORWARDED, ENDED

	}

}
