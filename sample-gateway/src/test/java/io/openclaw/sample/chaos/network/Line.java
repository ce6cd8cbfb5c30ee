package io.openclaw.sample.chaos.network;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongSupplier;
import java.util.function.Predicate;

/**
 * Carries what is said in one direction of a connection to Redis, in order, with a delay,
 * and leaves out what does not pass.
 */
final class Line {

	private static final Delayed END = new Delayed(new byte[0], 0);

	private final LongSupplier delayNanos;

	private final Predicate<RespFrame> passes;

	/**
	 * Creates a line, for any number of connections.
	 * @param delayNanos how long what is said from now on takes
	 * @param passes whether it arrives at all
	 */
	Line(LongSupplier delayNanos, Predicate<RespFrame> passes) {
		this.delayNanos = delayNanos;
		this.passes = passes;
	}

	void relay(InputStream from, OutputStream to) throws IOException, InterruptedException {
		BlockingQueue<Delayed> underway = new LinkedBlockingQueue<>();
		Thread writer = new Thread(() -> deliver(underway, to), "line");
		writer.setDaemon(true);
		writer.start();
		try {
			RespReader reader = new RespReader(new BufferedInputStream(from));
			for (RespFrame frame = reader.read(); frame != null; frame = reader.read()) {
				if (this.passes.test(frame)) {
					underway.add(new Delayed(frame.bytes(), System.nanoTime() + this.delayNanos.getAsLong()));
				}
			}
		}
		finally {
			underway.add(END);
			writer.join();
		}
	}

	private static void deliver(BlockingQueue<Delayed> underway, OutputStream to) {
		try {
			for (Delayed next = underway.take(); next != END; next = underway.take()) {
				for (long left = next.left(); left > 0; left = next.left()) {
					LockSupport.parkNanos(left);
				}
				to.write(next.bytes());
				to.flush();
			}
		}
		catch (IOException | InterruptedException ex) {
			// The receiver has gone; the sender will notice.
		}
	}

	private record Delayed(byte[] bytes, long due) {

		long left() {
			return this.due - System.nanoTime();
		}

	}

}
