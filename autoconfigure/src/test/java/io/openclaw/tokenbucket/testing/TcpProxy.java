package io.openclaw.tokenbucket.testing;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * A network that can be cut without a word: while held, connections stay up but nothing
 * passes, and new ones get no answer.
 */
public final class TcpProxy implements AutoCloseable {

	private final int target;

	private final ServerSocket server;

	private final List<Closeable> open = new CopyOnWriteArrayList<>();

	private final ReentrantLock lock = new ReentrantLock();

	private final Condition released = this.lock.newCondition();

	private boolean held;

	/**
	 * Starts to forward.
	 * @param target the port of this machine to forward to
	 */
	public TcpProxy(int target) {
		this.target = target;
		try {
			this.server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
		this.open.add(this.server);
		start(this::accept);
	}

	/**
	 * Where the proxy listens.
	 * @return the port
	 */
	public int port() {
		return this.server.getLocalPort();
	}

	/**
	 * Holds back whatever is sent from now on, or lets it pass again.
	 * @param held whether to hold it back
	 */
	public void hold(boolean held) {
		this.lock.lock();
		try {
			this.held = held;
			this.released.signalAll();
		}
		finally {
			this.lock.unlock();
		}
	}

	@Override
	public void close() {
		hold(false);
		this.open.forEach(TcpProxy::closeQuietly);
	}

	private void accept() throws IOException, InterruptedException {
		while (!this.server.isClosed()) {
			Socket near = this.server.accept();
			this.open.add(near);
			start(() -> connect(near));
		}
	}

	// Where nobody listens, whoever connected is turned away as well.
	private void connect(Socket near) throws IOException {
		try {
			Socket far = new Socket(InetAddress.getLoopbackAddress(), this.target);
			this.open.add(far);
			start(() -> forward(near, far));
			start(() -> forward(far, near));
		}
		catch (IOException ex) {
			near.close();
		}
	}

	private void forward(Socket from, Socket to) throws IOException, InterruptedException {
		try (from; to) {
			InputStream in = from.getInputStream();
			OutputStream out = to.getOutputStream();
			byte[] buffer = new byte[8192];
			for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
				awaitRelease();
				out.write(buffer, 0, read);
			}
		}
	}

	private void awaitRelease() throws InterruptedException {
		this.lock.lock();
		try {
			while (this.held) {
				this.released.await();
			}
		}
		finally {
			this.lock.unlock();
		}
	}

	private static void start(Task task) {
		Thread thread = new Thread(() -> {
			try {
				task.run();
			}
			catch (IOException | InterruptedException ex) {
				// The connection or the proxy was closed.
			}
		}, "tcp-proxy");
		thread.setDaemon(true);
		thread.start();
	}

	private static void closeQuietly(Closeable closeable) {
		try {
			closeable.close();
		}
		catch (IOException ex) {
			// It is of no more use either way.
		}
	}

	@FunctionalInterface
	private interface Task {

		void run() throws IOException, InterruptedException;

	}

}
