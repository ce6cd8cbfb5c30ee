package io.openclaw.tokenbucket.testing;

import java.util.Locale;

/**
 * A running Redis server.
 */
interface TestRedis extends AutoCloseable {

	/** The system property that chooses between container and embedded server. */
	String KIND = "openclaw.test.redis";

	/**
	 * Starts a server and waits until it answers.
	 * @param port where it listens
	 * @param settings further settings of the server
	 * @return the server
	 */
	static TestRedis start(int port, String... settings) {
		return switch (System.getProperty(KIND, "auto").toLowerCase(Locale.ROOT)) {
			case "container" -> new ContainerRedis(port, settings);
			case "embedded" -> new EmbeddedRedis(port, settings);
			case "auto" ->
				RedisImage.AVAILABLE ? new ContainerRedis(port, settings) : new EmbeddedRedis(port, settings);
			default -> throw new IllegalArgumentException(KIND + " must be container, embedded or auto");
		};
	}

	@Override
	void close();

}
