package io.openclaw.tokenbucket.benchmark.gateway;

import java.io.BufferedReader;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import reactor.core.publisher.Mono;
import reactor.netty.DisposableServer;
import reactor.netty.http.server.HttpServer;

import io.openclaw.tokenbucket.testing.RedisExtension;

/**
 * What a request costs a gateway: a plain route, and routes with this project's filter,
 * Spring Cloud Gateway's {@code RedisRateLimiter} and Bucket4j in memory, each with
 * requests that are admitted and that are rejected. The gateway is a process of its own.
 * Rounds alternate between the routes, so that what disturbs the machine disturbs all;
 * medians of the rounds are printed. A round first sends as fast as answers come, on
 * {@value #CONNECTIONS} connections, and then at a constant rate, where the latency of a
 * request counts from when it was due (no coordinated omission).
 */
public final class GatewayBenchmark {

	private static final List<String> ROUTES = List.of("plain", "openclaw-admitted", "bucket4j-admitted",
			"redis-admitted", "openclaw-rejected", "bucket4j-rejected", "redis-rejected");

	private static final int CONNECTIONS = 32;

	private static final Pattern PORT = Pattern.compile("Netty started on port (\\d+)");

	private final int rounds;

	private final Duration phase;

	private final double perSecond;

	private final Map<String, List<Round>> results = new LinkedHashMap<>();

	private GatewayBenchmark(int rounds, Duration phase, double perSecond) {
		this.rounds = rounds;
		this.phase = phase;
		this.perSecond = perSecond;
	}

	/**
	 * Runs the benchmark and prints its table.
	 * @param arguments how many rounds, seconds of each half of a round, and requests a
	 * second of its second half; 5, 3 and 500 if there are none
	 * @throws Exception if a process does not start
	 */
	public static void main(String[] arguments) throws Exception {
		int[] numbers = (arguments.length == 3) ? Stream.of(arguments).mapToInt(Integer::parseInt).toArray()
				: new int[] { 5, 3, 500 };
		new GatewayBenchmark(numbers[0], Duration.ofSeconds(numbers[1]), numbers[2]).run();
	}

	private void run() throws Exception {
		RedisExtension redis = RedisExtension.embedded();
		redis.start();
		DisposableServer upstream = HttpServer.create()
			.host("127.0.0.1")
			.port(0)
			.handle((request, response) -> response.sendString(Mono.just("served")))
			.bindNow();
		Process gateway = start(upstream.port(), redis);
		try (RedisCommands commands = new RedisCommands(redis)) {
			HttpLoad load = new HttpLoad(awaitPort(gateway), CONNECTIONS);
			ROUTES.forEach((route) -> load.saturate(route, this.phase.multipliedBy(2)));
			for (int i = 0; i < this.rounds; i++) {
				for (String route : ROUTES) {
					this.results.computeIfAbsent(route, (name) -> new ArrayList<>())
						.add(round(route, load, gateway.toHandle(), commands));
				}
			}
			print();
		}
		finally {
			gateway.destroy();
			upstream.disposeNow();
			redis.stop();
		}
	}

	private Round round(String route, HttpLoad load, ProcessHandle gateway, RedisCommands commands) {
		long commandsBefore = commands.count();
		Duration before = cpu(gateway);
		long answers = load.saturate(route, this.phase);
		double cpuMicros = cpu(gateway).minus(before).toNanos() / 1e3 / answers;
		double commandsEach = (double) (commands.count() - commandsBefore) / answers;
		double[] millis = load.constant(route, this.perSecond, this.phase);
		return new Round(answers / (this.phase.toMillis() / 1e3), cpuMicros, commandsEach, percentile(millis, 0.5),
				percentile(millis, 0.99));
	}

	private void print() {
		System.out.printf(Locale.ROOT,
				"%d rounds of %d s saturated and %d s at %.0f requests a second; medians (lowest to highest)%n",
				this.rounds, this.phase.toSeconds(), this.phase.toSeconds(), this.perSecond);
		System.out.printf("%-18s %-26s %-26s %-10s %-22s %-22s%n", "route", "requests/s", "CPU us/request", "Redis/req",
				"p50 ms", "p99 ms");
		this.results.forEach((route, measured) -> System.out.printf("%-18s %-26s %-26s %-10s %-22s %-22s%n", route,
				spread(measured.stream().mapToDouble(Round::answersPerSecond).toArray(), "%.0f"),
				spread(measured.stream().mapToDouble(Round::cpuMicros).toArray(), "%.1f"),
				"%.2f".formatted(median(measured.stream().mapToDouble(Round::redisCommands).toArray())),
				spread(measured.stream().mapToDouble(Round::p50Millis).toArray(), "%.2f"),
				spread(measured.stream().mapToDouble(Round::p99Millis).toArray(), "%.2f")));
	}

	private static String spread(double[] values, String format) {
		double[] sorted = values.clone();
		Arrays.sort(sorted);
		return (format + " (" + format + " to " + format + ")").formatted(median(values), sorted[0],
				sorted[sorted.length - 1]);
	}

	private static double median(double[] values) {
		return percentile(values, 0.5);
	}

	private static double percentile(double[] values, double part) {
		double[] sorted = values.clone();
		Arrays.sort(sorted);
		return sorted[(int) Math.min(sorted.length - 1, Math.floor(part * sorted.length))];
	}

	private static Duration cpu(ProcessHandle process) {
		return process.info().totalCpuDuration().orElseThrow();
	}

	private static Process start(int upstream, RedisExtension redis) throws IOException {
		String java = ProcessHandle.current().info().command().orElse("java");
		List<String> command = new ArrayList<>(
				List.of(java, "-Xmx512m", "-XX:+UseSerialGC", "-cp", System.getProperty("java.class.path")));
		command.addAll(List.of(GatewayUnderLoad.class.getName(), "--upstream=http://127.0.0.1:" + upstream,
				"--spring.data.redis.host=" + redis.host(), "--spring.data.redis.port=" + redis.port()));
		return new ProcessBuilder(command).redirectError(Redirect.DISCARD).start();
	}

	private static int awaitPort(Process gateway) throws IOException {
		BufferedReader reader = gateway.inputReader();
		StringBuilder output = new StringBuilder();
		for (String line = reader.readLine(); line != null; line = reader.readLine()) {
			output.append(line).append('\n');
			Matcher matcher = PORT.matcher(line);
			if (matcher.find()) {
				return Integer.parseInt(matcher.group(1));
			}
		}
		throw new IllegalStateException("The gateway did not start: " + output);
	}

	/**
	 * What one round measured.
	 *
	 * @param answersPerSecond when saturated
	 * @param cpuMicros of the gateway for each answer, when saturated
	 * @param redisCommands for each answer, when saturated
	 * @param p50Millis median latency at the constant rate
	 * @param p99Millis 99th percentile of the latency at the constant rate
	 */
	private record Round(double answersPerSecond, double cpuMicros, double redisCommands, double p50Millis,
			double p99Millis) {
	}

}
