package io.openclaw.tokenbucket.benchmark.gateway;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import io.openclaw.tokenbucket.benchmark.JavaProcess;
import io.openclaw.tokenbucket.testing.RedisExtension;

/**
 * Starts gateways with one route in processes of their own, with and without the starter.
 * The class path of those without it has the same libraries, but not this project.
 */
final class PlainGateways implements AutoCloseable {

	/** Properties of a gateway with the starter: a limit of each caller, on the route. */
	static final List<String> LIMIT = List.of("--openclaw.buckets.rating.capacity=100",
			"--openclaw.buckets.rating.refill-tokens=10", "--openclaw.buckets.rating.refill-period=1h",
			"--openclaw.buckets.rating.key=api-key",
			"--spring.cloud.gateway.server.webflux.routes[0].filters[0]=TokenBucket=rating");

	private static final Pattern STARTED = Pattern.compile("^started (\\d+) (\\d+) (\\d+) (\\d+)$");

	private static final List<String> ROUTE = List.of("--server.port=0", "--server.address=127.0.0.1",
			"--logging.level.root=ERROR", "--spring.main.banner-mode=off",
			"--spring.cloud.gateway.server.webflux.routes[0].id=orders",
			"--spring.cloud.gateway.server.webflux.routes[0].uri=no://op",
			"--spring.cloud.gateway.server.webflux.routes[0].predicates[0]=Path=/orders");

	private final Path application;

	private final String libraries;

	private final String withStarter;

	/**
	 * Starts none yet.
	 * @throws IOException if there is no room for a copy of the application
	 */
	PlainGateways() throws IOException {
		this.application = Files.createTempDirectory("plain-gateway");
		this.libraries = classPath((entry) -> entry.endsWith(".jar"));
		this.withStarter = classPath((entry) -> !entry.endsWith("test-classes") && !entry.endsWith("/test"));
		copyApplication();
	}

	/**
	 * The properties of a gateway that name a Redis.
	 */
	static List<String> over(RedisExtension redis) {
		return List.of("--spring.data.redis.host=" + redis.host(), "--spring.data.redis.port=" + redis.port());
	}

	/**
	 * Starts a gateway, and waits until it answers.
	 * @throws IOException if it does not start
	 */
	Gateway startWithout(List<String> properties) throws IOException {
		return start(this.libraries, properties);
	}

	/**
	 * Starts a gateway with the starter, and waits until it answers.
	 * @throws IOException if it does not start
	 */
	Gateway startWith(List<String> properties) throws IOException {
		return start(this.withStarter, properties);
	}

	private static Gateway start(String classPath, List<String> properties) throws IOException {
		List<String> arguments = new ArrayList<>(ROUTE);
		arguments.addAll(properties);
		JavaProcess process = JavaProcess.start(JavaProcess.SMALL, classPath, PlainGateway.class, arguments);
		Matcher said = process.await(STARTED);
		return new Gateway(process, Double.parseDouble(said.group(1)), Double.parseDouble(said.group(2)) / 1e6,
				Double.parseDouble(said.group(3)), Integer.parseInt(said.group(4)));
	}

	// The application alone, as tests bring further configuration along.
	private void copyApplication() throws IOException {
		String name = PlainGateway.class.getName().replace('.', '/') + ".class";
		Path copy = this.application.resolve(name);
		Files.createDirectories(copy.getParent());
		try (InputStream original = PlainGateway.class.getClassLoader().getResourceAsStream(name)) {
			Files.copy(original, copy);
		}
	}

	private String classPath(Predicate<String> kept) {
		return Stream
			.concat(Stream.of(this.application.toString()),
					Stream.of(System.getProperty("java.class.path").split(File.pathSeparator)).filter(kept))
			.collect(Collectors.joining(File.pathSeparator));
	}

	@Override
	public void close() throws IOException {
		try (Stream<Path> files = Files.walk(this.application)) {
			for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
				Files.delete(file);
			}
		}
	}

	/**
	 * A gateway, and what it said once it had started.
	 *
	 * @param process in which it runs until that is closed
	 * @param millis from the start of its process
	 * @param heap in MB
	 * @param classes that it has loaded
	 * @param port where it listens
	 */
	record Gateway(JavaProcess process, double millis, double heap, double classes, int port) implements AutoCloseable {

		@Override
		public void close() {
			this.process.close();
		}

	}

}
