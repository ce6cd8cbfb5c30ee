package io.openclaw.tokenbucket.benchmark;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import io.openclaw.tokenbucket.testing.RedisExtension;

/**
 * A fleet with many buckets in which a gateway is killed, over a real Redis: how much of
 * the time the others hear each other, and how long their requests take. Each gateway is
 * a process without a web server, and holds every bucket. One key is asked for a hundred
 * times a second at each, so that requests wait for acknowledgements.
 */
public final class FleetLoss {

	private static final Pattern SAW = Pattern.compile("^saw (.*)$");

	private static final Pattern JOINED = Pattern.compile("^joined$");

	private static final Pattern FILLED = Pattern.compile("^filled$");

	// Longer than a lost gateway stays a member.
	private static final int SECONDS_AFTER = 45;

	private static final int SECONDS_BEFORE = 15;

	private final int members;

	private final List<String> options;

	private final Table table;

	private FleetLoss(int members, List<String> options) {
		this.members = members;
		this.options = options;
		this.table = new Table(members + " gateways, of which one is killed; " + Table.machine(), "buckets of each",
				"when", "the others hear each other", "view changed", "longest silence ms",
				"request ms p50, p99, longest", "idle thread ms late p99, longest", "collector ms/s",
				"CPU: replication, saving, Redis client, collector and compiler, others, of a gateway");
	}

	/**
	 * Runs the benchmark.
	 * @param arguments how many gateways, then numbers of buckets; 4, 2,000 and 300,000
	 * if there are none; the system property {@code gateway.options} has options of the
	 * virtual machines
	 * @throws IOException if a process cannot be started
	 */
	public static void main(String[] arguments) throws IOException {
		int members = (arguments.length > 0) ? Integer.parseInt(arguments[0]) : 4;
		int[] sizes = (arguments.length > 1) ? List.of(arguments).stream().skip(1).mapToInt(Integer::parseInt).toArray()
				: new int[] { 2_000, 300_000 };
		List<String> options = List.of(System.getProperty("gateway.options", "-Xmx2g").split(" "));
		FleetLoss benchmark = new FleetLoss(members, options);
		for (int buckets : sizes) {
			benchmark.measure(buckets);
		}
	}

	private void measure(int buckets) throws IOException {
		RedisExtension redis = RedisExtension.embedded();
		redis.start();
		List<JavaProcess> gateways = new ArrayList<>();
		try {
			for (int i = 0; i < this.members; i++) {
				gateways.add(JavaProcess.start(this.options, System.getProperty("java.class.path"),
						FleetLossGateway.class, List.of("" + i, "" + this.members, "" + redis.port())));
			}
			awaitAll(gateways, JOINED);
			gateways.forEach((gateway) -> gateway.say("fill " + buckets));
			awaitAll(gateways, FILLED);
			List<JavaProcess> survivors = gateways.subList(0, this.members - 1);
			observe(survivors, buckets, "before", SECONDS_BEFORE);
			gateways.get(this.members - 1).kill();
			observe(survivors, buckets, "after", SECONDS_AFTER);
		}
		finally {
			gateways.forEach(JavaProcess::kill);
			redis.stop();
		}
	}

	private static List<String> awaitAll(List<JavaProcess> gateways, Pattern line) throws IOException {
		List<String> lines = new ArrayList<>();
		for (JavaProcess gateway : gateways) {
			var matcher = gateway.await(line);
			lines.add((matcher.groupCount() > 0) ? matcher.group(1) : "");
		}
		return lines;
	}

	private void observe(List<JavaProcess> survivors, int buckets, String when, int seconds) throws IOException {
		survivors.forEach((survivor) -> survivor.say("observe " + survivors.size() + " " + seconds));
		List<FleetLossReport> reports = awaitAll(survivors, SAW).stream().map(FleetLossReport::parse).toList();
		Samples waits = joined(reports, FleetLossReport::waits);
		Samples idle = joined(reports, FleetLossReport::idle);
		this.table.row(buckets, when, Samples.format("%.1f %%", mean(reports, FleetLossReport::heard)),
				Samples.format("%.0f", mean(reports, FleetLossReport::changes)),
				Samples.format("%.0f", Samples.of(reports, FleetLossReport::silence).highest()),
				Samples.format("%.3f, %.1f, %.1f", waits.median(), waits.percentile(0.99), waits.highest()),
				Samples.format("%.1f, %.1f", idle.percentile(0.99), idle.highest()),
				Samples.format("%.0f", mean(reports, FleetLossReport::collecting) / seconds),
				String.join(", ",
						Stream.of("replication", "saving", "Redis", "collector and compiler", "others")
							.map((part) -> Samples.format("%.0f %%",
									mean(reports, (report) -> report.cpu().getOrDefault(part, 0.0))))
							.toList()));
	}

	private static Samples joined(List<FleetLossReport> reports, Function<FleetLossReport, Collection<Double>> part) {
		return Samples.of(reports.stream().map(part).flatMap(Collection::stream).toList(), Double::doubleValue);
	}

	private static double mean(List<FleetLossReport> reports, ToDoubleFunction<FleetLossReport> figure) {
		return Samples.of(reports, figure).mean();
	}

}
