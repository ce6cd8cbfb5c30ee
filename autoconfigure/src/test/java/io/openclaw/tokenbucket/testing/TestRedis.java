package io.openclaw.tokenbucket.testing;

import java.util.Locale;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.testcontainers.DockerClientFactory;

/**
 * A running Redis server.
 */
interface TestRedis extends AutoCloseable {

	/** The system property that chooses between the two. */
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
			case "auto" -> DockerClientFactory.instance().isDockerAvailable() ? containerIfImage(port, settings)
					: new EmbeddedRedis(port, settings);
			default -> throw new IllegalArgumentException(KIND + " must be container, embedded or auto");
		};
	}

	// Docker may answer where no registry does.
	private static TestRedis containerIfImage(int port, String... settings) {
		try {
			return new ContainerRedis(port, settings);
		}
		catch (RuntimeException ex) {
			Log logger = LogFactory.getLog(TestRedis.class);
			logger.warn("The Redis container did not start, so the embedded server is used", ex);
			return new EmbeddedRedis(port, settings);
		}
	}

	@Override
	void close();

}
