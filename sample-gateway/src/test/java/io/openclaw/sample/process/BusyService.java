package io.openclaw.sample.process;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;

/**
 * A service behind gateways that answers so many requests a second and no more: others
 * wait in a queue. Each answer takes a while besides.
 */
final class BusyService implements AutoCloseable {

	private static final long WORK_NANOS = Duration.ofMillis(40).toNanos();

	private final ExecutorService readers = Executors.newCachedThreadPool();

	private final ScheduledExecutorService answers = Executors.newScheduledThreadPool(2);

	private final AtomicLong answered = new AtomicLong();

	private final HttpServer server;

	private long nanosEach;

	private long freeAt = System.nanoTime();

	/**
	 * Starts it.
	 * @param perSecond how many requests it answers in a second
	 */
	BusyService(int perSecond) {
		answerAtMost(perSecond);
		try {
			this.server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 256);
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
		this.server.setExecutor(this.readers);
		this.server.createContext("/", this::handle);
		this.server.start();
	}

	synchronized void answerAtMost(int perSecond) {
		this.nanosEach = TimeUnit.SECONDS.toNanos(1) / perSecond;
	}

	/**
	 * How many requests it has answered.
	 */
	long answered() {
		return this.answered.get();
	}

	String url() {
		return "http://127.0.0.1:" + this.server.getAddress().getPort();
	}

	private void handle(HttpExchange exchange) throws IOException {
		exchange.getRequestBody().readAllBytes();
		this.answers.schedule(() -> answer(exchange), untilTurn() + WORK_NANOS, TimeUnit.NANOSECONDS);
	}

	private synchronized long untilTurn() {
		long now = System.nanoTime();
		this.freeAt = (this.freeAt - now > 0) ? this.freeAt + this.nanosEach : now + this.nanosEach;
		return this.freeAt - now;
	}

	private void answer(HttpExchange exchange) {
		try (exchange) {
			exchange.sendResponseHeaders(200, -1);
			this.answered.incrementAndGet();
		}
		catch (IOException ex) {
			// Nobody waits for it any more.
		}
	}

	@Override
	public void close() {
		this.server.stop(0);
		this.answers.shutdownNow();
		this.readers.shutdownNow();
	}

}
