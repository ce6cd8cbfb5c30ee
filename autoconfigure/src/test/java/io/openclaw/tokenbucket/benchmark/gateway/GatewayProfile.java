package io.openclaw.tokenbucket.benchmark.gateway;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordedFrame;
import jdk.jfr.consumer.RecordingFile;

import io.openclaw.tokenbucket.benchmark.Samples;
import io.openclaw.tokenbucket.benchmark.Table;

/**
 * Where a warm gateway spends its time under load on one route, by Flight Recorder.
 * Writes collapsed stacks, as tools for flame graphs read them, to
 * {@code target/benchmark}, and prints by the innermost frame of this project in how many
 * samples it was.
 */
public final class GatewayProfile {

	private static final Path DIRECTORY = Path.of("target", "benchmark");

	private static final String OURS = "io.openclaw.tokenbucket.";

	private static final int MOST = 25;

	private GatewayProfile() {
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
		Path recording = DIRECTORY.resolve(route + ".jfr");
		Instant begin;
		try (BenchmarkedGateway gateway = new BenchmarkedGateway(
				List.of("-XX:StartFlightRecording=settings=profile,filename=" + recording.toAbsolutePath()))) {
			HttpLoad load = new HttpLoad(gateway.port(), 32);
			load.saturate(route, duration);
			begin = Instant.now();
			load.saturate(route, duration);
		}
		Map<String, Integer> stacks = stacks(recording, begin);
		Path collapsed = DIRECTORY.resolve(route + ".collapsed");
		Files.write(collapsed,
				stacks.entrySet().stream().map((each) -> each.getKey() + " " + each.getValue()).toList());
		print(route, collapsed, stacks);
	}

	private static Map<String, Integer> stacks(Path recording, Instant begin) throws IOException {
		Map<String, Integer> stacks = new TreeMap<>();
		try (RecordingFile file = new RecordingFile(recording)) {
			while (file.hasMoreEvents()) {
				RecordedEvent event = file.readEvent();
				if (event.getEventType().getName().equals("jdk.ExecutionSample") && event.getStackTrace() != null
						&& event.getStartTime().isAfter(begin)) {
					stacks.merge(collapsed(event.getStackTrace().getFrames()), 1, Integer::sum);
				}
			}
		}
		return stacks;
	}

	private static void print(String route, Path collapsed, Map<String, Integer> stacks) {
		int all = stacks.values().stream().mapToInt(Integer::intValue).sum();
		Map<String, Integer> innermost = new TreeMap<>();
		stacks.forEach((stack, count) -> {
			String[] frames = stack.split(";");
			for (int i = frames.length - 1; i >= 0; i--) {
				if (frames[i].startsWith(OURS)) {
					innermost.merge(frames[i], count, Integer::sum);
					break;
				}
			}
		});
		int ours = innermost.values().stream().mapToInt(Integer::intValue).sum();
		Table table = new Table(Samples.format("%s: %d samples, %d of them (%.1f %%) below a frame of this project; %s",
				route, all, ours, 100.0 * ours / all, collapsed), "innermost frame of this project", "of all samples");
		innermost.entrySet()
			.stream()
			.sorted(Map.Entry.<String, Integer>comparingByValue().reversed())
			.limit(MOST)
			.forEach((each) -> table.row(each.getKey(), Samples.format("%.1f %%", 100.0 * each.getValue() / all)));
	}

	private static String collapsed(List<RecordedFrame> frames) {
		StringBuilder stack = new StringBuilder();
		for (int i = frames.size() - 1; i >= 0; i--) {
			RecordedFrame frame = frames.get(i);
			stack.append(frame.getMethod().getType().getName()).append('.').append(frame.getMethod().getName());
			stack.append((i > 0) ? ";" : "");
		}
		return stack.toString();
	}

}
