package io.openclaw.sample.rating;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;

import io.netty.handler.codec.http.HttpHeaderNames;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Mono;
import reactor.netty.DisposableServer;
import reactor.netty.http.server.HttpServer;
import reactor.netty.http.server.HttpServerRequest;
import reactor.netty.http.server.HttpServerResponse;
import reactor.netty.resources.LoopResources;

/**
 * A small HTTP service on a free port of the loopback interface. It answers every request
 * with a rating and the number of requests that have reached it. Thread-safe.
 */
public final class RatingService implements AutoCloseable {

	private static final Duration STOP_TIMEOUT = Duration.ofSeconds(5);

	private final AtomicLong requests = new AtomicLong();

	private volatile Duration delay = Duration.ZERO;

	// Gateways of this process take shared ones along when they are closed.
	private final LoopResources eventLoops = LoopResources.create("rating", 1, true);

	private final DisposableServer server;

	/**
	 * Starts the service.
	 */
	public RatingService() {
		this.server = HttpServer.create()
			.runOn(this.eventLoops)
			.host("127.0.0.1")
			.port(0)
			.handle(this::handle)
			.bindNow();
	}

	private Publisher<Void> handle(HttpServerRequest request, HttpServerResponse response) {
		String body = "{\"rating\":\"AA\",\"served\":%d}".formatted(this.requests.incrementAndGet());
		return request.receive()
			.then(Mono.defer(this::pause))
			.then(response.header(HttpHeaderNames.CONTENT_TYPE, "application/json")
				.header(HttpHeaderNames.CONTENT_LENGTH, Integer.toString(body.length()))
				.sendString(Mono.just(body))
				.then());
	}

	private Mono<Void> pause() {
		return this.delay.isZero() ? Mono.empty() : Mono.delay(this.delay).then();
	}

	/**
	 * Where it listens.
	 * @return the URL
	 */
	public String url() {
		return "http://127.0.0.1:" + this.server.port();
	}

	/**
	 * Takes a while for each answer from now on.
	 * @param newDelay how long
	 */
	public void slow(Duration newDelay) {
		this.delay = newDelay;
	}

	/**
	 * How long an answer takes.
	 * @return the time; zero unless it was slowed
	 */
	public Duration delay() {
		return this.delay;
	}

	@Override
	public void close() {
		this.server.disposeNow(STOP_TIMEOUT);
		this.eventLoops.dispose();
	}

}
