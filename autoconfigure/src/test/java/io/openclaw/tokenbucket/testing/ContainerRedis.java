package io.openclaw.tokenbucket.testing;

import java.util.ArrayList;
import java.util.List;

import org.testcontainers.containers.GenericContainer;
import org.testcontainers.containers.wait.strategy.Wait;
import org.testcontainers.utility.DockerImageName;

/**
 * A server in a container.
 */
final class ContainerRedis implements TestRedis {

	private static final int REDIS_PORT = 6379;

	private final GenericContainer<?> container;

	ContainerRedis(int port, String... settings) {
		DockerImageName image = DockerImageName.parse(System.getProperty("openclaw.test.redis.image", "redis:8-alpine"))
			.asCompatibleSubstituteFor("redis");
		this.container = new GenericContainer<>(image).withExposedPorts(REDIS_PORT)
			.withCommand(command(settings))
			.waitingFor(Wait.forLogMessage(".*Ready to accept connections.*", 1));
		// Not a random port, since the server is to come back where it was.
		this.container.setPortBindings(List.of("127.0.0.1:" + port + ":" + REDIS_PORT));
		this.container.start();
	}

	@Override
	public void close() {
		this.container.stop();
	}

	@Override
	public String toString() {
		return "container of " + this.container.getDockerImageName();
	}

	private static String[] command(String... settings) {
		List<String> command = new ArrayList<>(
				List.of("redis-server", "--save", "", "--appendonly", "no", "--protected-mode", "no"));
		for (String setting : settings) {
			String[] words = setting.split(" ", 2);
			command.add("--" + words[0]);
			command.add(words[1]);
		}
		return command.toArray(String[]::new);
	}

}
