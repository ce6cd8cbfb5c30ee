package io.openclaw.tokenbucket.benchmark.gateway;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

import io.openclaw.tokenbucket.benchmark.Samples;
import io.openclaw.tokenbucket.benchmark.Table;
import io.openclaw.tokenbucket.testing.RedisExtension;

/**
 * The processor time that gateways take which nobody asks: without the starter, with it
 * alone, and five with it over one Redis. All run at the same time, each in a process of
 * its own. They are measured since their start, and once more after each has answered as
 * many requests, which leaves buckets at rest.
 */
public final class IdleGateway {

	private static final String PLAIN = "without the starter";

	private static final String FLEET = "with it, one of five";

	private static final int FLEET_SIZE = 5;

	private static final int BUCKETS = 10_000;

	private static final double LEAST_SHOWN = 0.02;

	private final Map<String, List<PlainGateways.Gateway>> gateways = new LinkedHashMap<>();

	private final Duration warmUp;

	private final Duration round;

	private final int rounds;

	private IdleGateway(Duration warmUp, Duration round, int rounds) {
		this.warmUp = warmUp;
		this.round = round;
		this.rounds = rounds;
	}

	/**
	 * Runs the benchmark.
	 * @param arguments seconds of warm-up, seconds of a round and how many rounds; 120,
	 * 30 and 5 if there are none
	 * @throws Exception if a process does not start or ends
	 */
	public static void main(String[] arguments) throws Exception {
		int[] numbers = (arguments.length == 3) ? Stream.of(arguments).mapToInt(Integer::parseInt).toArray()
				: new int[] { 120, 30, 5 };
		RedisExtension redis = RedisExtension.embedded();
		redis.start();
		IdleGateway benchmark = new IdleGateway(Duration.ofSeconds(numbers[0]), Duration.ofSeconds(numbers[1]),
				numbers[2]);
		try (PlainGateways starter = new PlainGateways()) {
			benchmark.start(starter, redis);
			benchmark.measure("since the start");
			benchmark.fill();
			benchmark.measure("after " + BUCKETS + " requests each, with as many buckets");
		}
		finally {
			benchmark.gateways.values().stream().flatMap(List::stream).forEach(PlainGateways.Gateway::close);
			redis.stop();
		}
	}

	private void start(PlainGateways starter, RedisExtension redis) throws IOException {
		add(PLAIN, starter.startWithout(List.of()));
		add("without it, but with a Redis", starter.startWithout(PlainGateways.over(redis)));
		add("with it, no Redis", starter.startWith(PlainGateways.LIMIT));
		add("with it, alone over a Redis", starter.startWith(limitOver(redis, "alone")));
		for (int i = 0; i < FLEET_SIZE; i++) {
			add(FLEET, starter.startWith(limitOver(redis, "fleet")));
		}
	}

	private void add(String name, PlainGateways.Gateway gateway) {
		this.gateways.computeIfAbsent(name, (each) -> new ArrayList<>()).add(gateway);
	}

	private static List<String> limitOver(RedisExtension redis, String namespace) {
		return Stream
			.of(PlainGateways.LIMIT, PlainGateways.over(redis), List.of("--openclaw.crdt.namespace=" + namespace))
			.flatMap(List::stream)
			.toList();
	}

	// Each key is asked for once at each gateway.
	private void fill() throws Exception {
		HttpClient client = HttpClient.newHttpClient();
		for (List<PlainGateways.Gateway> alike : this.gateways.values()) {
			for (int i = 0; i < alike.size() * BUCKETS; i++) {
				HttpRequest request = HttpRequest
					.newBuilder(URI.create("http://127.0.0.1:" + alike.get(i % alike.size()).port() + "/orders"))
					.header("X-API-Key", "key-" + i / alike.size())
					.build();
				int status = client.send(request, BodyHandlers.discarding()).statusCode();
				if (status != 200) {
					throw new IllegalStateException("answered " + status);
				}
			}
		}
	}

	private void measure(String when) throws Exception {
		Thread.sleep(this.warmUp.toMillis());
		Map<String, List<Double>> taken = new LinkedHashMap<>();
		Map<String, Duration> plainThreads = threads(PLAIN);
		Map<String, Duration> fleetThreads = threads(FLEET);
		for (int i = 0; i < this.rounds; i++) {
			Map<String, double[]> before = millis();
			long begin = System.nanoTime();
			Thread.sleep(this.round.toMillis());
			double seconds = (System.nanoTime() - begin) / 1e9;
			millis().forEach((name, after) -> {
				for (int each = 0; each < after.length; each++) {
					taken.computeIfAbsent(name, (key) -> new ArrayList<>())
						.add((after[each] - before.get(name)[each]) / seconds);
				}
			});
		}
		print(when, taken);
		print(when, perSecond(PLAIN, plainThreads), perSecond(FLEET, fleetThreads));
	}

	// In milliseconds, of each gateway.
	private Map<String, double[]> millis() {
		Map<String, double[]> taken = new LinkedHashMap<>();
		this.gateways.forEach((name, alike) -> taken.put(name,
				alike.stream().mapToDouble((gateway) -> gateway.process().cpu().toNanos() / 1e6).toArray()));
		return taken;
	}

	private Map<String, Duration> threads(String name) throws IOException {
		Map<String, Duration> taken = new TreeMap<>();
		for (PlainGateways.Gateway gateway : this.gateways.get(name)) {
			gateway.process().cpuByThread().forEach((thread, time) -> taken.merge(thread, time, Duration::plus));
		}
		return taken;
	}

	// Milliseconds of one gateway.
	private Map<String, Double> perSecond(String name, Map<String, Duration> before) throws IOException {
		double seconds = this.rounds * this.round.toMillis() / 1e3 * this.gateways.get(name).size();
		Map<String, Double> taken = new TreeMap<>();
		threads(name).forEach((thread, time) -> taken.put(thread,
				time.minus(before.getOrDefault(thread, Duration.ZERO)).toNanos() / 1e6 / seconds));
		return taken;
	}

	private void print(String when, Map<String, List<Double>> taken) {
		Table table = new Table(Samples.format("Idle %s: %d s of warm-up, %d rounds of %d s; %s", when,
				this.warmUp.toSeconds(), this.rounds, this.round.toSeconds(), Table.machine()), "gateway",
				"CPU ms a second", "more");
		double plain = Samples.of(taken.get(PLAIN), Double::doubleValue).median();
		taken.forEach((name, values) -> {
			Samples millis = Samples.of(values, Double::doubleValue);
			table.row(name, millis.spread("%.1f"), Samples.format("%.1f", millis.median() - plain));
		});
		System.out.println();
	}

	private static void print(String when, Map<String, Double> plain, Map<String, Double> fleet) {
		Table table = new Table("Threads, idle " + when, "thread", PLAIN, FLEET);
		Stream.of(plain, fleet)
			.flatMap((threads) -> threads.entrySet().stream())
			.filter((thread) -> thread.getValue() >= LEAST_SHOWN)
			.map(Map.Entry::getKey)
			.distinct()
			.sorted((one, other) -> Double.compare(fleet.getOrDefault(other, 0.0), fleet.getOrDefault(one, 0.0)))
			.forEach((thread) -> table.row(thread, Samples.format("%.2f", plain.getOrDefault(thread, 0.0)),
					Samples.format("%.2f", fleet.getOrDefault(thread, 0.0))));
		System.out.println();
	}

}
