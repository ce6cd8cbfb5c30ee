package io.openclaw.tokenbucket.benchmark.gateway;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.ToLongFunction;

import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordedFrame;
import jdk.jfr.consumer.RecordingFile;

/**
 * Samples of one kind in a recording, added up by their stacks.
 *
 * @param byStack weights by stacks, whose frames are separated by semicolons, the
 * outermost first
 * @param samples how many were taken
 */
record Stacks(Map<String, Long> byStack, long samples) {

	/**
	 * Reads where threads were.
	 * @param begin from when on
	 */
	static Stacks ofTime(Path recording, Instant begin) throws IOException {
		return read(recording, begin, "jdk.ExecutionSample", (event) -> 1);
	}

	/**
	 * Reads where memory was allocated, in bytes.
	 * @param begin from when on
	 */
	static Stacks ofAllocation(Path recording, Instant begin) throws IOException {
		return read(recording, begin, "jdk.ObjectAllocationSample", (event) -> event.getLong("weight"));
	}

	private static Stacks read(Path recording, Instant begin, String type, ToLongFunction<RecordedEvent> weight)
			throws IOException {
		Map<String, Long> byStack = new TreeMap<>();
		long samples = 0;
		try (RecordingFile file = new RecordingFile(recording)) {
			while (file.hasMoreEvents()) {
				RecordedEvent event = file.readEvent();
				if (event.getEventType().getName().equals(type) && event.getStackTrace() != null
						&& event.getStartTime().isAfter(begin)) {
					byStack.merge(text(event.getStackTrace().getFrames()), weight.applyAsLong(event), Long::sum);
					samples++;
				}
			}
		}
		return new Stacks(byStack, samples);
	}

	long weight() {
		return this.byStack.values().stream().mapToLong(Long::longValue).sum();
	}

	/**
	 * Lines as tools for flame graphs read them.
	 */
	List<String> collapsed() {
		return this.byStack.entrySet().stream().map((each) -> each.getKey() + " " + each.getValue()).toList();
	}

	private static String text(List<RecordedFrame> frames) {
		StringBuilder stack = new StringBuilder();
		for (int i = frames.size() - 1; i >= 0; i--) {
			RecordedFrame frame = frames.get(i);
			stack.append(frame.getMethod().getType().getName()).append('.').append(frame.getMethod().getName());
			stack.append((i > 0) ? ";" : "");
		}
		return stack.toString();
	}

}
