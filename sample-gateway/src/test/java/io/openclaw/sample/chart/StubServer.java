package io.openclaw.sample.chart;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Function;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;

/**
 * Answers what Jobs ask, and keeps what they send.
 */
final class StubServer implements AutoCloseable {

	private final HttpServer server;

	private final Queue<Sent> sent = new ConcurrentLinkedQueue<>();

	private final Map<String, String> stored = new ConcurrentHashMap<>();

	private final Function<String, String> answers;

	/**
	 * Starts it.
	 * @param answers what to answer a URI with that is read, unless something was put
	 * there
	 */
	StubServer(Function<String, String> answers) {
		this.answers = answers;
		try {
			this.server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
		this.server.createContext("/", this::handle);
		this.server.start();
	}

	private void handle(HttpExchange exchange) throws IOException {
		String uri = exchange.getRequestURI().toString();
		String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
		String answer;
		if ("GET".equals(exchange.getRequestMethod())) {
			answer = this.stored.containsKey(uri) ? this.stored.get(uri) : this.answers.apply(uri);
		}
		else {
			answer = "{}";
			this.stored.put(uri, body);
		}
		this.sent.add(new Sent(exchange.getRequestMethod(), uri, body,
				String.valueOf(exchange.getRequestHeaders().getFirst("Authorization")),
				String.valueOf(exchange.getRequestHeaders().getFirst("X-API-Key"))));
		byte[] bytes = answer.getBytes(StandardCharsets.UTF_8);
		exchange.sendResponseHeaders(200, bytes.length);
		exchange.getResponseBody().write(bytes);
		exchange.close();
	}

	String url() {
		return "http://127.0.0.1:" + this.server.getAddress().getPort();
	}

	Queue<Sent> sent() {
		return this.sent;
	}

	Map<String, String> stored() {
		return this.stored;
	}

	@Override
	public void close() {
		this.server.stop(0);
	}

	/**
	 * A request.
	 *
	 * @param method how
	 * @param uri where
	 * @param body its content
	 * @param authorization who, in S3's way
	 * @param apiKey who, in the gateway's way
	 */
	record Sent(String method, String uri, String body, String authorization, String apiKey) {
	}

}
