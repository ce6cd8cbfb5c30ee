package io.openclaw.tokenbucket.simulation;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.LongStream;
import java.util.stream.Stream;

import io.openclaw.tokenbucket.benchmark.Samples;
import io.openclaw.tokenbucket.benchmark.Table;
import io.openclaw.tokenbucket.limiter.limit.Consistency;
import io.openclaw.tokenbucket.simulation.SimulatedFleet.Settings;

/**
 * How exact several ways to share a limit are, on one simulator: the same arrivals at the
 * same gateways in virtual time, against one ideal central bucket. A limit that is split
 * evenly, counts that are reported at intervals, and this project. Links take 2 ms.
 */
public final class AccuracyBesideOthers {

	private static final List<Way> WAYS = List.of(new Way("split evenly", AccuracyBesideOthers::split),
			new Way("counts reported every 100 ms", reported(100)), new Way("every 200 ms", reported(200)),
			new Way("ours, bounded", ours(Consistency.BOUNDED)), new Way("ours, strict", ours(Consistency.STRICT)));

	// Who counts in windows has no full bucket to begin with.
	private static final Duration UNTIL_EMPTY = Duration.ofSeconds(10);

	private AccuracyBesideOthers() {
	}

	/**
	 * Runs each way with each load.
	 * @param arguments seconds and seeds; 20 and 5 if there are none
	 */
	public static void main(String[] arguments) {
		Duration duration = Duration.ofSeconds((arguments.length > 0) ? Long.parseLong(arguments[0]) : 20);
		long seeds = (arguments.length > 1) ? Long.parseLong(arguments[1]) : 5;
		List<String> columns = new ArrayList<>(List.of("load"));
		WAYS.forEach((way) -> columns.add(way.name()));
		Table table = new Table(Samples.format(
				"admitted / ideal, median (lowest to highest) of %d seeds, and the most tokens over, of %d s", seeds,
				duration.toSeconds()), columns.toArray(String[]::new));
		loads().forEach((name, load) -> {
			List<Object> cells = new ArrayList<>(List.of(name));
			WAYS.forEach((way) -> cells.add(judge(way, load, duration, seeds)));
			table.row(cells.toArray());
		});
	}

	private static Map<String, Loaded> loads() {
		Map<String, Loaded> loads = new LinkedHashMap<>();
		Loaded two = new Loaded(500, 500, List.of(400.0, 400.0));
		loads.put("two gateways, 500/s, 800 requests/s evenly", two);
		loads.put("the same, nine of ten at one gateway", two.with(List.of(720.0, 80.0)));
		Loaded five = new Loaded(1000, 200, List.of(400.0, 400.0, 400.0, 400.0, 400.0));
		loads.put("five gateways, 200/s, 2,000 requests/s evenly", five);
		loads.put("the same, nearly all at one gateway", five.with(List.of(2000.0, 20.0, 20.0, 20.0, 20.0)));
		loads.put("the same, 160 requests/s at one gateway", five.with(List.of(160.0, 0.0, 0.0, 0.0, 0.0)));
		return loads;
	}

	private static String judge(Way way, Loaded loaded, Duration duration, long seeds) {
		List<Accuracy> runs = LongStream.rangeClosed(1, seeds)
			.mapToObj((seed) -> run(way, loaded, duration, seed))
			.toList();
		return Samples.of(runs, Accuracy::toIdeal).spread("%.3f") + ", "
				+ Samples.format("%.0f", Samples.of(runs, Accuracy::over).highest());
	}

	private static Accuracy run(Way way, Loaded loaded, Duration duration, long seed) {
		Random random = new Random(seed);
		Settings settings = Settings.of(SimulatedNetwork.NEAR, Consistency.BOUNDED)
			.withCapacity(loaded.capacity())
			.withRate(loaded.tokensPerSecond());
		Gates gates = way.maker().make(settings, loaded.rates().size(), random);
		Load load = new Load(gates.time(), settings.limit(), random);
		for (int i = 0; i < gates.all().size(); i++) {
			if (loaded.rates().get(i) > 0) {
				load.on(gates.all().get(i), loaded.rates().get(i), UNTIL_EMPTY.plus(duration));
			}
		}
		gates.time().advance(UNTIL_EMPTY);
		Load.Verdict before = load.verdict();
		gates.time().advance(duration);
		Load.Verdict after = load.verdict();
		return new Accuracy(
				(double) (after.admitted() - before.admitted()) / (after.admittedByIdeal() - before.admittedByIdeal()),
				after.over());
	}

	private static Gates split(Settings settings, int gateways, Random random) {
		VirtualTime time = new VirtualTime();
		return new Gates(time, Stream.generate(() -> new EvenSplit(time, settings, gateways)).limit(gateways).toList());
	}

	private static Maker reported(long millis) {
		return (settings, gateways, random) -> {
			VirtualTime time = new VirtualTime();
			return new Gates(time,
					new ReportedCounts(time, settings, gateways, Duration.ofMillis(millis), random).gates());
		};
	}

	private static Maker ours(Consistency consistency) {
		return (settings, gateways, random) -> {
			SimulatedFleet fleet = new SimulatedFleet(settings.withConsistency(consistency), random);
			fleet.startTogether(gateways);
			return new Gates(fleet.time(), fleet.members());
		};
	}

	/**
	 * How a run went.
	 *
	 * @param toIdeal admitted to what the ideal bucket admits, once that is empty
	 * @param over the most tokens above what may have been admitted since the beginning
	 */
	private record Accuracy(double toIdeal, double over) {
	}

	/**
	 * A way to share a limit.
	 */
	private record Way(String name, Maker maker) {
	}

	/**
	 * The gateways of a run, and the time in which they live.
	 */
	private record Gates(VirtualTime time, List<? extends Gate> all) {
	}

	@FunctionalInterface
	private interface Maker {

		Gates make(Settings settings, int gateways, Random random);

	}

	/**
	 * A limit, and requests a second at each gateway.
	 */
	private record Loaded(long capacity, double tokensPerSecond, List<Double> rates) {

		Loaded with(List<Double> newRates) {
			return new Loaded(this.capacity, this.tokensPerSecond, newRates);
		}

	}

}
