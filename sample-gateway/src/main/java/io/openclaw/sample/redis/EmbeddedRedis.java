package io.openclaw.sample.redis;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.Writer;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.ArrayList;
import java.util.List;

import redis.embedded.core.ExecutableProvider;

/**
 * A Redis server process on the loopback interface that keeps nothing on disk and lives
 * no longer than this process. Thread-safe.
 */
public final class EmbeddedRedis {

	private static final String READY = "Ready to accept connections";

	private static final String ADDRESS_IN_USE = "Address already in use";

	private static final int ATTEMPTS = 3;

	/**
	 * Turns itself into the server, after it left a watcher behind that reads standard
	 * input and ends the server at its end. The other end is held by this process alone,
	 * so that even SIGKILL closes it.
	 */
	private static final String SCRIPT = """
			exec 3<&0
			( cat <&3; kill $$ ) >/dev/null 2>&1 &
			exec "$@" </dev/null 3<&-
			""";

	private final Process process;

	private final int port;

	private EmbeddedRedis(Process process, int port) {
		this.process = process;
		this.port = port;
	}

	/**
	 * Starts a server and waits until it accepts connections.
	 * @param port where it listens; zero means any free port
	 * @return the server
	 * @throws PortTakenException if another process listens there
	 * @throws EmbeddedRedisException if it does not start for another reason
	 */
	public static EmbeddedRedis start(int port) {
		for (int attempt = 1;; attempt++) {
			try {
				return tryStart((port != 0) ? port : findFreePort());
			}
			catch (PortTakenException ex) {
				if (port != 0 || attempt == ATTEMPTS) {
					throw ex;
				}
			}
			catch (IOException | UnsupportedOperationException ex) {
				throw new EmbeddedRedisException(
						"The Redis server that the sample brings does not start here: " + ex.getMessage(), ex);
			}
		}
	}

	private static EmbeddedRedis tryStart(int port) throws IOException {
		File binary = ExecutableProvider.newJarResourceProvider().get();
		try {
			Process process = new ProcessBuilder(command(binary, port)).redirectErrorStream(true).start();
			awaitReady(process, port);
			return new EmbeddedRedis(process, port);
		}
		finally {
			// a running program needs no name; where the system keeps it, the provider
			// removes it at exit
			binary.delete();
			binary.getParentFile().delete();
		}
	}

	private static List<String> command(File binary, int port) {
		List<String> command = new ArrayList<>();
		if (File.separatorChar == '/') {
			command.addAll(List.of("/bin/sh", "-c", SCRIPT, "sh"));
		}
		command.addAll(List.of(binary.getAbsolutePath(), "--bind", "127.0.0.1", "--port", Integer.toString(port),
				"--save", "", "--appendonly", "no"));
		return command;
	}

	private static void awaitReady(Process process, int port) throws IOException {
		StringBuilder output = new StringBuilder();
		BufferedReader reader = process.inputReader();
		for (String line = reader.readLine(); line != null; line = reader.readLine()) {
			output.append(line).append(System.lineSeparator());
			if (line.contains(READY)) {
				drain(reader);
				return;
			}
		}
		if (output.indexOf(ADDRESS_IN_USE) >= 0) {
			throw new PortTakenException(port);
		}
		throw new IOException("it printed" + System.lineSeparator() + output);
	}

	/** Lets the server write on, however much it has to say. */
	private static void drain(BufferedReader reader) {
		Thread thread = new Thread(() -> {
			try (reader) {
				reader.transferTo(Writer.nullWriter());
			}
			catch (IOException ex) {
				// closed because the server was stopped: there is no more to read
			}
		}, "embedded-redis-output");
		thread.setDaemon(true);
		thread.start();
	}

	private static int findFreePort() throws IOException {
		try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
			return socket.getLocalPort();
		}
	}

	/**
	 * Where it listens.
	 * @return the port
	 */
	public int port() {
		return this.port;
	}

	/** Stops the server. */
	public void stop() {
		this.process.destroy();
	}

}
