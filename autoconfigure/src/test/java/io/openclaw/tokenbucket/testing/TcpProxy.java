package io.openclaw.tokenbucket.testing;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * A network between clients and a server of this machine that can be cut: without a word,
 * so that connections stay up but nothing passes and new ones get no answer, in both
 * directions or in one; or with a reset of all connections. Thread-safe.
 */
public final class TcpProxy implements AutoCloseable {

	private final int target;

	private final Relay requestRelay;

	private final Relay replyRelay;

	private final ServerSocket server;

	private final Set<Connection> connections = ConcurrentHashMap.newKeySet();

	private final Valve requests = new Valve();

	private final Valve replies = new Valve();

	private volatile boolean refusing;

	/**
	 * Starts to forward.
	 * @param target the port of this machine to forward to
	 */
	public TcpProxy(int target) {
		this(target, InputStream::transferTo, InputStream::transferTo);
	}

	/**
	 * Starts to forward.
	 * @param target the port of this machine to forward to
	 * @param requests carries what clients send
	 * @param replies carries what the server sends
	 */
	public TcpProxy(int target, Relay requests, Relay replies) {
		this.target = target;
		this.requestRelay = requests;
		this.replyRelay = replies;
		try {
			this.server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
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
		holdRequests(held);
		holdReplies(held);
	}

	/**
	 * Holds back what clients send from now on, or lets it pass again.
	 * @param held whether to hold it back
	 */
	public void holdRequests(boolean held) {
		this.requests.shut(held);
	}

	/**
	 * Holds back what the server sends from now on, or lets it pass again.
	 * @param held whether to hold it back
	 */
	public void holdReplies(boolean held) {
		this.replies.shut(held);
	}

	/**
	 * Resets new connections at once, or accepts them again.
	 * @param refusing whether to reset them
	 */
	public void refuse(boolean refusing) {
		this.refusing = refusing;
	}

	/**
	 * Resets all connections. Clients may connect again.
	 */
	public void reset() {
		this.connections.forEach(Connection::reset);
	}

	@Override
	public void close() {
		hold(false);
		closeQuietly(this.server);
		this.connections.forEach(Connection::close);
	}

	private void accept() throws IOException {
		while (!this.server.isClosed()) {
			Socket client = this.server.accept();
			if (this.refusing) {
				resetQuietly(client);
			}
			else {
				connect(client);
			}
		}
	}

	private void connect(Socket client) {
		try {
			Connection connection = new Connection(client, new Socket(InetAddress.getLoopbackAddress(), this.target));
			this.connections.add(connection);
			start(() -> forward(connection, this.requestRelay, client, this.requests, connection.server()));
			start(() -> forward(connection, this.replyRelay, connection.server(), this.replies, client));
		}
		catch (IOException ex) {
			// The server is down, and so refuses.
			resetQuietly(client);
		}
	}

	private void forward(Connection connection, Relay relay, Socket from, Valve valve, Socket to)
			throws IOException, InterruptedException {
		try {
			relay.relay(from.getInputStream(), valve.before(to.getOutputStream()));
		}
		finally {
			connection.close();
			this.connections.remove(connection);
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

	private static void closeQuietly(AutoCloseable closeable) {
		try {
			closeable.close();
		}
		catch (Exception ex) {
			// It is of no more use either way.
		}
	}

	private static void resetQuietly(Socket socket) {
		try {
			// To close with a reset, what was sent and is not yet read is thrown away.
			socket.setSoLinger(true, 0);
		}
		catch (IOException ex) {
			// It was closed already.
		}
		closeQuietly(socket);
	}

	/**
	 * Carries one direction of one connection.
	 */
	@FunctionalInterface
	public interface Relay {

		/**
		 * Carries until the end of the input.
		 * @param from what was sent
		 * @param to where it goes; writing waits while it is held back
		 * @throws IOException if one of them was closed
		 * @throws InterruptedException if waiting was ended
		 */
		void relay(InputStream from, OutputStream to) throws IOException, InterruptedException;

	}

	@FunctionalInterface
	private interface Task {

		void run() throws IOException, InterruptedException;

	}

	private record Connection(Socket client, Socket server) {

		void close() {
			closeQuietly(this.client);
			closeQuietly(this.server);
		}

		void reset() {
			resetQuietly(this.client);
			resetQuietly(this.server);
		}

	}

}
