package io.openclaw.sample.process;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;

/**
 * A service behind gateways that answers at once, but holds requests for paths that end
 * in {@code /held} until it is told to go on.
 */
final class HoldingService implements AutoCloseable {

	private final CountDownLatch holding;

	private final CountDownLatch released = new CountDownLatch(1);

	private final ExecutorService executor = Executors.newCachedThreadPool();

	private final HttpServer server;

	/**
	 * Starts it.
	 * @param expected how many requests are to be held before {@link #awaitHolding()}
	 * ends
	 */
	HoldingService(int expected) {
		this.holding = new CountDownLatch(expected);
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

	private void handle(HttpExchange exchange) throws IOException {
		try (exchange) {
			exchange.getRequestBody().readAllBytes();
			if (exchange.getRequestURI().getPath().endsWith("/held")) {
				this.holding.countDown();
				await(this.released);
			}
			exchange.sendResponseHeaders(200, -1);
		}
	}

	String url() {
		return "http://127.0.0.1:" + this.server.getAddress().getPort();
	}

	boolean isHolding() {
		return this.holding.getCount() == 0;
	}

	void release() {
		this.released.countDown();
	}

	private static void await(CountDownLatch latch) {
		try {
			latch.await();
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

	@Override
	public void close() {
		release();
		this.server.stop(0);
		this.executor.shutdownNow();
	}

}
