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

	private final GenericContainer<?> container;

	ContainerRedis(int port, String... settings) {
		DockerImageName image = DockerImageName.parse(RedisImage.NAME).asCompatibleSubstituteFor("redis");
		this.container = new GenericContainer<>(image).withExposedPorts(port)
			.withCommand(command(port, settings))
			.waitingFor(Wait.forLogMessage(".*Ready to accept connections.*", 1));
		// Not a random port, since the server is to come back where it was; and the same
		// port
		// inside, since a node of a cluster tells clients its own.
		this.container.setPortBindings(List.of("127.0.0.1:" + port + ":" + port));
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

	private static String[] command(int port, String... settings) {
		List<String> command = new ArrayList<>(List.of("redis-server", "--port", Integer.toString(port), "--save", "",
				"--appendonly", "no", "--protected-mode", "no"));
		for (String setting : settings) {
			String[] words = setting.split(" ", 2);
			command.add("--" + words[0]);
			command.add(words[1]);
		}
		return command.toArray(String[]::new);
	}

}
