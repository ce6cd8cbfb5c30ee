package io.openclaw.tokenbucket.benchmark;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * What a gateway of {@link FleetLoss} saw for a while, as it travels between processes.
 *
 * @param heard the part of the time in which all survivors were heard, in percent
 * @param changes how often the view of the members said something new
 * @param silence the longest age of another survivor's last message, in milliseconds
 * @param waits how long requests took, in milliseconds
 * @param idle how late a thread woke that did nothing, in milliseconds
 * @param collecting how long the collector stopped the process, in milliseconds
 * @param cpu percents of a core by what they were for
 */
record FleetLossReport(double heard, int changes, double silence, List<Double> waits, List<Double> idle,
		double collecting, Map<String, Double> cpu) {

	static FleetLossReport parse(String text) {
		String[] parts = text.split(";");
		Map<String, Double> cpu = new TreeMap<>();
		for (String part : parts[6].split(",")) {
			cpu.put(part.substring(0, part.indexOf('=')), Double.parseDouble(part.substring(part.indexOf('=') + 1)));
		}
		return new FleetLossReport(Double.parseDouble(parts[0]), Integer.parseInt(parts[1]),
				Double.parseDouble(parts[2]), numbers(parts[3]), numbers(parts[4]), Double.parseDouble(parts[5]), cpu);
	}

	@Override
	public String toString() {
		return this.heard + ";" + this.changes + ";" + this.silence + ";" + text(this.waits) + ";" + text(this.idle)
				+ ";" + this.collecting + ";"
				+ this.cpu.entrySet()
					.stream()
					.map((part) -> part.getKey() + "=" + part.getValue())
					.collect(Collectors.joining(","));
	}

	private static List<Double> numbers(String text) {
		return Arrays.stream(text.split(",")).map(Double::valueOf).toList();
	}

	private static String text(List<Double> numbers) {
		return numbers.stream().map((number) -> Samples.format("%.4f", number)).collect(Collectors.joining(","));
	}

}
