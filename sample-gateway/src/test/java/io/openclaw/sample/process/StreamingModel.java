package io.openclaw.sample.process;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;

/**
 * A language model behind gateways: it streams an answer for some time, and says in its
 * last event how many tokens it used. The query of a request is both, such as
 * {@code 750-200} for 750 tokens in 200 ms; {@code never} begins and does not end,
 * {@code fails} is answered with 500, {@code late} after all have given up.
 */
final class StreamingModel implements AutoCloseable {

	private final CountDownLatch closed = new CountDownLatch(1);

	private final ExecutorService executor = Executors.newCachedThreadPool();

	private final HttpServer server;

	StreamingModel() {
		try {
			this.server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 256);
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
		this.server.setExecutor(this.executor);
		this.server.createContext("/", this::handle);
		this.server.start();
	}

	String url() {
		return "http://127.0.0.1:" + this.server.getAddress().getPort();
	}

	private void handle(HttpExchange exchange) throws IOException {
		try (exchange) {
			String query = exchange.getRequestURI().getQuery();
			switch (query) {
				case "fails" -> exchange.sendResponseHeaders(500, -1);
				case "late" -> pause(Long.MAX_VALUE);
				case "never" -> stream(exchange, 0, Long.MAX_VALUE);
				default -> {
					String[] wanted = query.split("-");
					stream(exchange, Long.parseLong(wanted[0]), Long.parseLong(wanted[1]));
				}
			}
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

	private void stream(HttpExchange exchange, long tokens, long millis) throws IOException, InterruptedException {
		exchange.getResponseHeaders().set("Content-Type", "text/event-stream");
		exchange.sendResponseHeaders(200, 0);
		OutputStream body = exchange.getResponseBody();
		send(body, "{\"choices\":[{\"delta\":{\"content\":\"Once\"}}],\"usage\":null}");
		pause(millis);
		send(body, "{\"choices\":[],\"usage\":{\"total_tokens\":%d}}".formatted(tokens));
		send(body, "[DONE]");
	}

	private static void send(OutputStream body, String data) throws IOException {
		body.write("data: %s\n\n".formatted(data).getBytes(StandardCharsets.UTF_8));
		body.flush();
	}

	private void pause(long millis) throws InterruptedException {
		this.closed.await(millis, TimeUnit.MILLISECONDS);
	}

	@Override
	public void close() {
		this.closed.countDown();
		this.server.stop(0);
		this.executor.shutdownNow();
	}

}
