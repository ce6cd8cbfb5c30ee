package io.openclaw.tokenbucket.observability.audit;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Function;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;

import io.openclaw.tokenbucket.limiter.LogThrottle;
import io.openclaw.tokenbucket.limiter.NanoClock;

/**
 * Writes lines of JSON to a file, on a thread of its own. Adding a line never waits:
 * lines that find the queue full, or that cannot be written, are dropped and counted.
 * Thread-safe.
 */
public final class JsonLines implements AutoCloseable {

	private static final Log logger = LogFactory.getLog(JsonLines.class);

	private static final long IDLE_NANOS = 50_000_000;

	private final RotatingFile file;

	private final int queueCapacity;

	private final Function<Object, byte[]> json;

	private final Queue<Object> queue = new ConcurrentLinkedQueue<>();

	private final AtomicInteger queued = new AtomicInteger();

	private final LongAdder written = new LongAdder();

	private final LongAdder dropped = new LongAdder();

	private final LogThrottle failures = new LogThrottle(NanoClock.SYSTEM);

	private final Thread thread;

	private volatile boolean running = true;

	/**
	 * Opens nothing before the first line.
	 * @param path the file
	 * @param maxBytes at which it is put aside, positive
	 * @param maxFiles how many are kept, the current one included, at least one
	 * @param queueCapacity so many lines may wait to be written
	 * @param json writes a line as JSON, without a line break
	 */
	public JsonLines(Path path, long maxBytes, int maxFiles, int queueCapacity, Function<Object, byte[]> json) {
		this.file = new RotatingFile(path, maxBytes, maxFiles);
		this.queueCapacity = queueCapacity;
		this.json = json;
		this.thread = new Thread(this::run, "openclaw-json-lines");
		this.thread.setDaemon(true);
		this.thread.start();
	}

	/**
	 * Adds a line. Does not block.
	 * @param line what becomes JSON
	 */
	public void add(Object line) {
		if (this.queued.incrementAndGet() > this.queueCapacity) {
			this.queued.decrementAndGet();
			this.dropped.increment();
		}
		else {
			this.queue.add(line);
		}
	}

	/**
	 * How many lines were written since start.
	 * @return the number
	 */
	public long written() {
		return this.written.sum();
	}

	/**
	 * How many lines were dropped since start.
	 * @return the number
	 */
	public long dropped() {
		return this.dropped.sum();
	}

	/**
	 * Writes what waits, and closes the file. Waits for that.
	 */
	@Override
	public void close() {
		this.running = false;
		LockSupport.unpark(this.thread);
		try {
			this.thread.join();
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

	private void run() {
		boolean goOn = true;
		while (goOn) {
			// Before the queue is looked at: what is added until then is written.
			goOn = this.running;
			drain();
			if (goOn) {
				LockSupport.parkNanos(IDLE_NANOS);
			}
		}
		attempt(this.file::close);
	}

	private void drain() {
		Object line = this.queue.poll();
		if (line == null) {
			return;
		}
		while (line != null) {
			this.queued.decrementAndGet();
			write(line);
			line = this.queue.poll();
		}
		attempt(this.file::flush);
	}

	private void write(Object line) {
		byte[] text = this.json.apply(line);
		byte[] ended = Arrays.copyOf(text, text.length + 1);
		ended[text.length] = '\n';
		if (attempt(() -> this.file.write(ended))) {
			this.written.increment();
		}
		else {
			this.dropped.increment();
		}
	}

	private boolean attempt(FileAction action) {
		try {
			action.run();
			return true;
		}
		catch (IOException ex) {
			this.failures.pass((count) -> logger
				.error("The file could not be written " + count + " times since the last such line", ex));
			return false;
		}
	}

	@FunctionalInterface
	private interface FileAction {

		void run() throws IOException;

	}

}
