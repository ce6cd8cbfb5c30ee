package io.openclaw.tokenbucket.gateway;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;

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

import org.springframework.web.util.UriComponentsBuilder;

/**
 * Stands in for the API of a language model: each answer says how many tokens it used, as
 * the query of its request asks for. It has event loops of its own.
 */
final class ModelService implements AutoCloseable {

	private static final Duration LONG = Duration.ofSeconds(30);

	private final LoopResources eventLoops = LoopResources.create("model", 2, true);

	private final AtomicInteger requests = new AtomicInteger();

	private final DisposableServer server;

	ModelService() {
		this.server = HttpServer.create().runOn(this.eventLoops).host("127.0.0.1").port(0).route((routes) -> {
			routes.ws("/ws", (in, out) -> out.send(in.receive().retain()));
			routes.route((request) -> true, this::answer);
		}).bindNow(Duration.ofSeconds(10));
	}

	private Publisher<Void> answer(HttpServerRequest request, HttpServerResponse response) {
		this.requests.incrementAndGet();
		Map<String, String> query = UriComponentsBuilder.fromUriString(request.uri())
			.build()
			.getQueryParams()
			.toSingleValueMap();
		response.status(Integer.parseInt(query.getOrDefault("status", "200")));
		String used = query.get("used");
		return switch (query.getOrDefault("as", "none")) {
			case "header" -> response.header("X-Tokens-Used", String.valueOf(used)).sendString(Mono.just("served"));
			case "json" -> response.header("Content-Type", "application/json")
				.header("Content-Encoding", query.getOrDefault("encoding", "identity"))
				.sendString(Mono.just(json(String.valueOf(used))));
			case "events" ->
				response.header("Content-Type", "text/event-stream").send(events(String.valueOf(used)), (part) -> true);
			case "endless" -> response.header("Content-Type", "text/event-stream")
				.send(events("17").concatWith(Mono.just(bytes("data: {}\n\n")).delayElement(LONG)), (part) -> true);
			case "broken" -> response.header("Content-Type", "text/event-stream")
				.send(events("17").take(2).concatWith(Mono.error(new IllegalStateException("broken"))), (part) -> true);
			case "slow" -> Mono.delay(LONG).then(response.sendString(Mono.just("late")).then());
			case "bytes" -> response.sendByteArray(Flux.just(new byte[Integer.parseInt(String.valueOf(used))]));
			default -> response.sendString(Mono.just("served"));
		};
	}

	private static String json(String used) {
		return "{\"choices\":[{\"message\":{\"content\":\"" + "word ".repeat(10_000)
				+ "\"}}],\"usage\":{\"total_tokens\":" + used + "}}";
	}

	private static Flux<ByteBuf> events(String used) {
		return Flux
			.just("data: {\"choices\":[{\"delta\":{\"content\":\"a\"}}],\"usage\":null}\n\n",
					"data: {\"choices\":[{\"delta\":{\"content\":\"b\"}}]}\n\ndata: {\"choices\":[],\"us",
					"age\":{\"total_tokens\":" + used + "}}\n\n", "data: [DONE]\n\n")
			.map(ModelService::bytes);
	}

	private static ByteBuf bytes(String text) {
		return Unpooled.copiedBuffer(text, StandardCharsets.UTF_8);
	}

	int port() {
		return this.server.port();
	}

	int requests() {
		return this.requests.get();
	}

	@Override
	public void close() {
		this.server.disposeNow();
		this.eventLoops.dispose();
	}

}
