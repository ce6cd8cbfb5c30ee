package io.openclaw.tokenbucket.benchmark.gateway;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

import io.openclaw.tokenbucket.benchmark.Samples;
import io.openclaw.tokenbucket.benchmark.Table;

/**
 * Where a warm gateway spends its time under load on one route, and what it allocates, by
 * Flight Recorder. Writes collapsed stacks, as tools for flame graphs read them, and
 * flame graphs to {@code target/benchmark}. Prints what a request takes by the innermost
 * frame of this project. Times include what Flight Recorder itself takes.
 */
public final class GatewayProfile {

	private static final Path DIRECTORY = Path.of("target", "benchmark");

	private static final String OURS = "io.openclaw.tokenbucket.";

	private static final int MOST = 25;

	private final String route;

	private final Path recording;

	private GatewayProfile(String route) {
		this.route = route;
		this.recording = DIRECTORY.resolve(route + ".jfr");
	}

	/**
	 * Records a gateway.
	 * @param arguments a route of {@link GatewayBenchmark}, and seconds;
	 * openclaw-rejected and 20 if there are none
	 * @throws IOException if the gateway does not start
	 */
	public static void main(String[] arguments) throws IOException {
		String route = (arguments.length > 0) ? arguments[0] : "openclaw-rejected";
		Duration duration = Duration.ofSeconds((arguments.length > 1) ? Long.parseLong(arguments[1]) : 20);
		Files.createDirectories(DIRECTORY);
		new GatewayProfile(route).run(duration);
	}

	private void run(Duration duration) throws IOException {
		Instant begin;
		long answers;
		double micros;
		try (BenchmarkedGateway gateway = new BenchmarkedGateway(options())) {
			HttpLoad load = new HttpLoad(gateway.port(), 32);
			load.saturate(this.route, duration);
			begin = Instant.now();
			Duration before = gateway.process().cpu();
			answers = load.saturate(this.route, duration);
			micros = gateway.process().cpu().minus(before).toNanos() / 1e3;
		}
		Stacks times = Stacks.ofTime(this.recording, begin);
		print("cpu", times, "µs a request", micros / times.weight() / answers);
		print("allocation", Stacks.ofAllocation(this.recording, begin), "bytes a request", 1.0 / answers);
	}

	// Reactive stacks are deeper than the 64 frames that are kept by default.
	private List<String> options() {
		return List.of("-XX:+UnlockDiagnosticVMOptions", "-XX:+DebugNonSafepoints",
				"-XX:FlightRecorderOptions=stackdepth=512", "-XX:StartFlightRecording=settings=profile,filename="
						+ this.recording.toAbsolutePath() + ",jdk.ObjectAllocationSample#throttle=1000/s");
	}

	private void print(String kind, Stacks stacks, String unit, double each) throws IOException {
		Path collapsed = DIRECTORY.resolve(this.route + "-" + kind + ".collapsed");
		Files.write(collapsed, stacks.collapsed());
		FlameGraph.write(stacks.byStack(), this.route + ", " + kind,
				DIRECTORY.resolve(this.route + "-" + kind + ".svg"));
		Map<String, Long> innermost = innermost(stacks);
		long ours = innermost.values().stream().mapToLong(Long::longValue).sum();
		Table table = new Table(
				Samples.format("%s, %s: %d samples, %.1f %% of them below a frame of this project, %.1f of %.1f %s; %s",
						this.route, kind, stacks.samples(), 100.0 * ours / stacks.weight(), ours * each,
						stacks.weight() * each, unit, collapsed),
				"innermost frame of this project", "of all", unit);
		innermost.entrySet()
			.stream()
			.sorted(Map.Entry.<String, Long>comparingByValue().reversed())
			.limit(MOST)
			.forEach((frame) -> table.row(frame.getKey(),
					Samples.format("%.1f %%", 100.0 * frame.getValue() / stacks.weight()),
					Samples.format("%.2f", frame.getValue() * each)));
		System.out.println();
	}

	private static Map<String, Long> innermost(Stacks stacks) {
		Map<String, Long> innermost = new TreeMap<>();
		stacks.byStack().forEach((stack, weight) -> {
			String[] frames = stack.split(";");
			for (int i = frames.length - 1; i >= 0; i--) {
				if (frames[i].startsWith(OURS)) {
					innermost.merge(frames[i].substring(OURS.length()), weight, Long::sum);
					break;
				}
			}
		});
		return innermost;
	}

}
