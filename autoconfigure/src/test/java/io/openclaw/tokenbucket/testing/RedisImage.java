package io.openclaw.tokenbucket.testing;

import java.util.concurrent.TimeUnit;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.exception.NotFoundException;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.testcontainers.DockerClientFactory;

/**
 * The image of the Redis container.
 */
final class RedisImage {

	static final String NAME = System.getProperty("openclaw.test.redis.image", "redis:8-alpine");

	/** Whether a container of it can be started here. */
	static final boolean AVAILABLE = isAvailable();

	private RedisImage() {
	}

	// Docker may answer where no registry does. Testcontainers would try to pull for two
	// minutes at each start of a server.
	private static boolean isAvailable() {
		if (!DockerClientFactory.instance().isDockerAvailable()) {
			return false;
		}
		try {
			DockerClient docker = DockerClientFactory.instance().client();
			return isHere(docker) || docker.pullImageCmd(NAME).start().awaitCompletion(2, TimeUnit.MINUTES);
		}
		catch (RuntimeException ex) {
			Log logger = LogFactory.getLog(RedisImage.class);
			logger.warn("Docker answers but has no image " + NAME + ", so the embedded Redis is used: " + ex);
			return false;
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			return false;
		}
	}

	private static boolean isHere(DockerClient docker) {
		try {
			docker.inspectImageCmd(NAME).exec();
			return true;
		}
		catch (NotFoundException ex) {
			return false;
		}
	}

}
