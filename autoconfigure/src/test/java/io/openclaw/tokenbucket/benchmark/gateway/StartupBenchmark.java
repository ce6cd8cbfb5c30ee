package io.openclaw.tokenbucket.benchmark.gateway;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import io.openclaw.tokenbucket.benchmark.JavaProcess;
import io.openclaw.tokenbucket.benchmark.Samples;
import io.openclaw.tokenbucket.benchmark.Table;
import io.openclaw.tokenbucket.testing.RedisExtension;

/**
 * The time and the heap that the starter adds to a gateway with one route: without the
 * starter, with it and one limit, and with a Redis as well. Rounds alternate. The class
 * path of the first has the same libraries, but not this project.
 */
public final class StartupBenchmark {

	private static final Pattern STARTED = Pattern.compile("^started (\\d+) (\\d+) (\\d+)$");

	private static final List<String> LIMIT = List.of("--openclaw.buckets.rating.capacity=100",
			"--openclaw.buckets.rating.refill-rate-per-second=10",
			"--spring.cloud.gateway.server.webflux.routes[0].filters[0]=TokenBucket=rating");

	private final Map<String, List<Start>> results = new LinkedHashMap<>();

	private final Path application;

	private StartupBenchmark(Path application) {
		this.application = application;
	}

	/**
	 * Runs the benchmark.
	 * @param arguments how many rounds; 5 if there are none
	 * @throws IOException if a process does not start
	 */
	public static void main(String[] arguments) throws IOException {
		int rounds = (arguments.length > 0) ? Integer.parseInt(arguments[0]) : 5;
		Path application = Files.createTempDirectory("plain-gateway");
		RedisExtension redis = RedisExtension.embedded();
		redis.start();
		try {
			new StartupBenchmark(application).run(rounds, redis);
		}
		finally {
			redis.stop();
			delete(application);
		}
	}

	private void run(int rounds, RedisExtension redis) throws IOException {
		copyApplication();
		String libraries = classPath((entry) -> entry.endsWith(".jar"));
		String withStarter = classPath((entry) -> !entry.endsWith("test-classes") && !entry.endsWith("/test"));
		List<String> shared = new ArrayList<>(LIMIT);
		shared.addAll(List.of("--spring.data.redis.host=" + redis.host(), "--spring.data.redis.port=" + redis.port()));
		for (int i = 0; i < rounds; i++) {
			start("without the starter", libraries, List.of());
			start("with it and one limit", withStarter, LIMIT);
			start("with a Redis as well", withStarter, shared);
		}
		Table table = new Table(
				rounds + " rounds; medians (lowest to highest); heap after collections; " + Table.machine(), "gateway",
				"start ms", "more", "heap MB", "more", "classes");
		Start plain = medians(this.results.get("without the starter"));
		this.results.forEach((name, starts) -> table.row(name, Samples.of(starts, Start::millis).spread("%.0f"),
				Samples.format("%.0f", medians(starts).millis() - plain.millis()),
				Samples.of(starts, Start::heap).spread("%.1f"),
				Samples.format("%.1f", medians(starts).heap() - plain.heap()),
				Samples.format("%.0f", medians(starts).classes())));
	}

	private void start(String name, String classPath, List<String> more) throws IOException {
		List<String> arguments = new ArrayList<>(
				List.of("--server.port=0", "--server.address=127.0.0.1", "--logging.level.root=ERROR",
						"--spring.main.banner-mode=off", "--spring.cloud.gateway.server.webflux.routes[0].id=orders",
						"--spring.cloud.gateway.server.webflux.routes[0].uri=http://127.0.0.1:1",
						"--spring.cloud.gateway.server.webflux.routes[0].predicates[0]=Path=/orders"));
		arguments.addAll(more);
		try (JavaProcess process = JavaProcess.start(JavaProcess.SMALL, classPath, PlainGateway.class, arguments)) {
			Matcher said = process.await(STARTED);
			this.results.computeIfAbsent(name, (each) -> new ArrayList<>())
				.add(new Start(Double.parseDouble(said.group(1)), Double.parseDouble(said.group(2)) / 1e6,
						Double.parseDouble(said.group(3))));
		}
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

	private static Start medians(List<Start> starts) {
		return new Start(Samples.of(starts, Start::millis).median(), Samples.of(starts, Start::heap).median(),
				Samples.of(starts, Start::classes).median());
	}

	private static void delete(Path directory) throws IOException {
		try (Stream<Path> files = Files.walk(directory)) {
			for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
				Files.delete(file);
			}
		}
	}

	/**
	 * What a gateway said.
	 *
	 * @param millis from the start of its process
	 * @param heap in MB
	 * @param classes that it has loaded
	 */
	private record Start(double millis, double heap, double classes) {
	}

}
