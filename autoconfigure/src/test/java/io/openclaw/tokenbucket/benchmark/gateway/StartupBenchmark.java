package io.openclaw.tokenbucket.benchmark.gateway;

import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import io.openclaw.tokenbucket.benchmark.Samples;
import io.openclaw.tokenbucket.benchmark.Table;
import io.openclaw.tokenbucket.testing.RedisExtension;

/**
 * The time and the heap that the starter adds to a gateway with one route: without the
 * starter, with it and one limit, and with a Redis as well. Rounds alternate.
 */
public final class StartupBenchmark {

	private final Map<String, List<PlainGateways.Gateway>> results = new LinkedHashMap<>();

	private final PlainGateways gateways;

	private StartupBenchmark(PlainGateways gateways) {
		this.gateways = gateways;
	}

	/**
	 * Runs the benchmark.
	 * @param arguments how many rounds; 5 if there are none
	 * @throws IOException if a process does not start
	 */
	public static void main(String[] arguments) throws IOException {
		int rounds = (arguments.length > 0) ? Integer.parseInt(arguments[0]) : 5;
		RedisExtension redis = RedisExtension.embedded();
		redis.start();
		try (PlainGateways gateways = new PlainGateways()) {
			new StartupBenchmark(gateways).run(rounds, redis);
		}
		finally {
			redis.stop();
		}
	}

	private void run(int rounds, RedisExtension redis) throws IOException {
		List<String> shared = new ArrayList<>(PlainGateways.LIMIT);
		shared.addAll(PlainGateways.over(redis));
		for (int i = 0; i < rounds; i++) {
			note("without the starter", this.gateways.startWithout(List.of()));
			note("with it and one limit", this.gateways.startWith(PlainGateways.LIMIT));
			note("with a Redis as well", this.gateways.startWith(shared));
		}
		Table table = new Table(
				rounds + " rounds; medians (lowest to highest); heap after collections; " + Table.machine(), "gateway",
				"start ms", "more", "heap MB", "more", "classes");
		List<PlainGateways.Gateway> plain = this.results.get("without the starter");
		this.results.forEach((name, starts) -> {
			Samples millis = Samples.of(starts, PlainGateways.Gateway::millis);
			Samples heap = Samples.of(starts, PlainGateways.Gateway::heap);
			table.row(name, millis.spread("%.0f"),
					Samples.format("%.0f", millis.median() - Samples.of(plain, PlainGateways.Gateway::millis).median()),
					heap.spread("%.1f"),
					Samples.format("%.1f", heap.median() - Samples.of(plain, PlainGateways.Gateway::heap).median()),
					Samples.format("%.0f", Samples.of(starts, PlainGateways.Gateway::classes).median()));
		});
	}

	private void note(String name, PlainGateways.Gateway gateway) {
		gateway.close();
		this.results.computeIfAbsent(name, (each) -> new ArrayList<>()).add(gateway);
	}

}
