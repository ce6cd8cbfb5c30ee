package io.openclaw.tokenbucket.gateway;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.netty.DisposableServer;
import reactor.netty.http.server.HttpServer;
import reactor.netty.http.server.HttpServerRequest;
import reactor.netty.http.server.HttpServerResponse;
import reactor.netty.resources.LoopResources;

/**
 * A service behind the gateway that counts what reaches it. It has event loops of its
 * own: a gateway that is closed takes along those of the whole process.
 */
final class UpstreamService implements AutoCloseable {

	private final AtomicInteger requests = new AtomicInteger();

	private final AtomicInteger failures = new AtomicInteger();

	private volatile String lastUri = "";

	private final AtomicInteger brokenUploads = new AtomicInteger();

	private final AtomicLong received = new AtomicLong();

	private volatile Duration delay = Duration.ZERO;

	private final LoopResources eventLoops = LoopResources.create("upstream", 2, true);

	private final DisposableServer server;

	UpstreamService() {
		this.server = HttpServer.create().runOn(this.eventLoops).host("127.0.0.1").port(0).route((routes) -> {
			routes.ws("/ws", (in, out) -> out.send(in.receive().retain()));
			routes.get("/stream", this::stream);
			routes.get("/events", this::lateEvents);
			routes.post("/upload", this::receive);
			routes.route((request) -> true, this::answer);
		}).bindNow(Duration.ofSeconds(10));
	}

	private Mono<Void> answer(HttpServerRequest request, HttpServerResponse response) {
		this.requests.incrementAndGet();
		this.lastUri = request.uri();
		int status = (this.failures.getAndUpdate((left) -> Math.max(0, left - 1)) > 0) ? 503 : 200;
		response.status(status).header("X-Upstream", "yes");
		return Mono.delay(this.delay).then(Mono.defer(() -> response.sendString(Mono.just("served")).then()));
	}

	private Mono<Void> receive(HttpServerRequest request, HttpServerResponse response) {
		this.requests.incrementAndGet();
		return request.receive()
			.doOnNext((part) -> this.received.addAndGet(part.readableBytes()))
			.doOnError((error) -> this.brokenUploads.incrementAndGet())
			.doOnCancel(this.brokenUploads::incrementAndGet)
			.then(Mono.defer(() -> response.sendString(Mono.just("received")).then()));
	}

	// The head of the answer comes at once.
	private Publisher<Void> lateEvents(HttpServerRequest request, HttpServerResponse response) {
		Mono<String> late = Mono.just("late").delayElement(Duration.ofMillis(1100));
		return response.sendHeaders().sendString(late);
	}

	private Publisher<Void> stream(HttpServerRequest request, HttpServerResponse response) {
		Flux<String> slow = Mono.just("last").delayElement(Duration.ofMillis(1100)).flux();
		Flux<ByteBuf> parts = Flux.just("first")
			.concatWith(slow)
			.map((text) -> Unpooled.copiedBuffer(text, StandardCharsets.UTF_8));
		return response.send(parts, (part) -> true);
	}

	/**
	 * Answers at once and without failures from now on.
	 */
	void reset() {
		this.delay = Duration.ZERO;
		this.failures.set(0);
	}

	/**
	 * Has answers begin later from now on.
	 */
	void delay(Duration newDelay) {
		this.delay = newDelay;
	}

	int port() {
		return this.server.port();
	}

	int requests() {
		return this.requests.get();
	}

	/** Bodies sent to /upload that did not come whole. */
	int brokenUploads() {
		return this.brokenUploads.get();
	}

	String lastUri() {
		return this.lastUri;
	}

	/** Bytes of all bodies that were sent to /upload. */
	long received() {
		return this.received.get();
	}

	void failNext(int count) {
		this.failures.set(count);
	}

	@Override
	public void close() {
		this.server.disposeNow();
		this.eventLoops.dispose();
	}

}
