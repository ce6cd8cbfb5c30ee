package io.openclaw.tokenbucket.testing;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.function.BiFunction;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * Gives the tests of a class a real, empty Redis on a free port of this machine: a
 * container where Docker answers, the embedded server otherwise. Register it in a static
 * field. The system property {@code openclaw.test.redis} asks for {@code container} or
 * {@code embedded}; {@code openclaw.test.redis.image} names another image.
 * <p>
 * A test may stop and start the server, which comes back empty on the same port.
 */
public final class RedisExtension implements BeforeAllCallback, AfterAllCallback {

	// A node of a cluster listens on another port, so much above.
	private static final int BUS_OFFSET = 10_000;

	private static final int HIGHEST_PORT = 65_535 - BUS_OFFSET;

	private final int port;

	private final String[] settings;

	private final BiFunction<Integer, String[], TestRedis> starter;

	private @Nullable TestRedis redis;

	/**
	 * Creates the extension. The server starts before the first test.
	 * @param settings further settings of the server, such as {@code cluster-enabled yes}
	 */
	public RedisExtension(String... settings) {
		this(TestRedis::start, settings);
	}

	private RedisExtension(BiFunction<Integer, String[], TestRedis> starter, String... settings) {
		this.port = freePort();
		this.settings = settings;
		this.starter = starter;
	}

	/**
	 * The embedded server in any case, as it can read files of this machine. Nobody
	 * starts it but the test.
	 * @param settings further settings of the server
	 * @return the extension
	 */
	public static RedisExtension embedded(String... settings) {
		return new RedisExtension(EmbeddedRedis::new, settings);
	}

	@Override
	public void beforeAll(ExtensionContext context) {
		start();
	}

	@Override
	public void afterAll(ExtensionContext context) {
		stop();
	}

	/**
	 * Where the server listens.
	 * @return an address of this machine
	 */
	public String host() {
		return "127.0.0.1";
	}

	/**
	 * Where the server listens. Known before it is started.
	 * @return the port
	 */
	public int port() {
		return this.port;
	}

	/**
	 * Starts the server, if it is not running, and waits until it answers.
	 */
	public void start() {
		if (this.redis == null) {
			this.redis = this.starter.apply(this.port, this.settings);
		}
	}

	/**
	 * Stops the server, if it is running. Its data are lost.
	 */
	public void stop() {
		if (this.redis != null) {
			this.redis.close();
			this.redis = null;
		}
	}

	@Override
	public String toString() {
		return (this.redis != null) ? this.redis.toString() : "no Redis";
	}

	private static boolean isFree(int port) {
		try (ServerSocket socket = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
			return socket.isBound();
		}
		catch (IOException ex) {
			return false;
		}
	}

	private static int freePort() {
		try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
			int port = socket.getLocalPort();
			return (port <= HIGHEST_PORT && isFree(port + BUS_OFFSET)) ? port : freePort();
		}
		catch (IOException ex) {
			throw new IllegalStateException("there is no free port", ex);
		}
	}

}
