package io.openclaw.tokenbucket.benchmark.gateway;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

import io.openclaw.tokenbucket.benchmark.JavaProcess;
import io.openclaw.tokenbucket.benchmark.RedisUsage;
import io.openclaw.tokenbucket.benchmark.Samples;
import io.openclaw.tokenbucket.benchmark.Table;

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
	 * @throws IOException if a process does not start
	 */
	public static void main(String[] arguments) throws IOException {
		int[] numbers = (arguments.length == 3) ? Stream.of(arguments).mapToInt(Integer::parseInt).toArray()
				: new int[] { 5, 3, 500 };
		new GatewayBenchmark(numbers[0], Duration.ofSeconds(numbers[1]), numbers[2]).run();
	}

	private void run() throws IOException {
		try (BenchmarkedGateway gateway = new BenchmarkedGateway(List.of());
				RedisUsage redis = new RedisUsage(gateway.redis())) {
			HttpLoad load = new HttpLoad(gateway.port(), CONNECTIONS);
			ROUTES.forEach((route) -> load.saturate(route, this.phase.multipliedBy(2)));
			for (int i = 0; i < this.rounds; i++) {
				for (String route : ROUTES) {
					this.results.computeIfAbsent(route, (name) -> new ArrayList<>())
						.add(round(route, load, gateway.process(), redis));
				}
			}
			print();
		}
	}

	private Round round(String route, HttpLoad load, JavaProcess gateway, RedisUsage redis) {
		long commandsBefore = redis.commands();
		Duration before = gateway.cpu();
		long answers = load.saturate(route, this.phase);
		double cpuMicros = gateway.cpu().minus(before).toNanos() / 1e3 / answers;
		double commandsEach = (double) (redis.commands() - commandsBefore) / answers;
		Samples millis = Samples.of(load.constant(route, this.perSecond, this.phase));
		return new Round(answers / (this.phase.toMillis() / 1e3), cpuMicros, commandsEach, millis.median(),
				millis.percentile(0.99));
	}

	private void print() {
		Table table = new Table(Samples.format(
				"%d rounds of %d s saturated and %d s at %.0f requests a second; medians (lowest to highest); %s",
				this.rounds, this.phase.toSeconds(), this.phase.toSeconds(), this.perSecond, Table.machine()), "route",
				"requests/s", "of the plain route's", "CPU µs a request", "Redis commands a request", "p50 ms",
				"p99 ms");
		double plain = Samples.of(this.results.get(ROUTES.get(0)), Round::answersPerSecond).median();
		this.results.forEach((route, measured) -> {
			Samples rate = Samples.of(measured, Round::answersPerSecond);
			table.row(route, rate.spread("%.0f"), Samples.format("%.2f", rate.median() / plain),
					Samples.of(measured, Round::cpuMicros).spread("%.1f"),
					Samples.format("%.2f", Samples.of(measured, Round::redisCommands).median()),
					Samples.of(measured, Round::p50Millis).spread("%.2f"),
					Samples.of(measured, Round::p99Millis).spread("%.2f"));
		});
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
