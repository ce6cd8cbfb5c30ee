package io.openclaw.sample.chaos.report;

import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

import io.openclaw.sample.chaos.experiment.Row;
import io.openclaw.sample.chaos.fleet.Fleet;

/**
 * Rows as comma-separated values. What was not measured is empty.
 */
final class Csv {

	private Csv() {
	}

	static String of(List<Row> rows) {
		return header() + rows.stream().map(Csv::line).collect(Collectors.joining());
	}

	private static String header() {
		return "second,phase,admitted,rejected,errors,"
				+ Fleet.MEMBERS.stream().map((member) -> "level_" + member + ",").collect(Collectors.joining())
				+ "drift,drift_reported,latency_p50,latency_p95,cpu,rss\n";
	}

	private static String line(Row row) {
		String levels = Fleet.MEMBERS.stream()
			.map((member) -> number(row.levels().getOrDefault(member, Double.NaN)) + ",")
			.collect(Collectors.joining());
		return String.format(Locale.ROOT, "%d,%s,%d,%d,%d,%s%s,%s,%s,%s,%s,%s\n", row.second(), row.phase(),
				row.admitted(), row.rejected(), row.errors(), levels, number(row.drift()), number(row.reportedDrift()),
				number(row.p50()), number(row.p95()), number(row.cpu()), number(row.rss()));
	}

	private static String number(double number) {
		return Double.isNaN(number) ? "" : String.format(Locale.ROOT, "%.3f", number);
	}

}
