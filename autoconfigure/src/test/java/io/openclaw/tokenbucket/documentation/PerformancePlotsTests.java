package io.openclaw.tokenbucket.documentation;

import java.math.BigDecimal;
import java.util.List;
import java.util.stream.Collectors;

import org.junit.jupiter.api.Test;

/**
 * The plots in {@code docs/performance.md} show what its tables say. They are made anew
 * with {@code -Dperformance.plots=write}.
 */
class PerformancePlotsTests {

	private final Page page = Page.read(GeneratedSection.PERFORMANCE.guide());

	@Test
	void decisions() {
		MarkdownTable all = MarkdownTable.find(this.page, "A decision", "benchmark");
		List<String> labels = List.of("Bucket4j", "ours", "Resilience4j", "Bucket4j rejects", "ours rejects",
				"Resilience4j rejects");
		List<String> nanos = List.of(time(all, "bucket4jByKeyAdmitted", ""), time(all, "openclawAdmitted", "members 5"),
				time(all, "resilience4jAdmitted", ""), time(all, "bucket4jByKeyRejected", ""),
				time(all, "openclawRejected", "members 5"), time(all, "resilience4jRejected", ""));
		check("decisions", bars("A decision on one thread", "ns", labels, nanos));
	}

	@Test
	void gateway() {
		MarkdownTable routes = MarkdownTable.find(this.page, "A gateway", "CPU µs a request");
		check("gateway", bars("A request through a gateway", "µs of CPU", routes.column("route"),
				routes.numbers("CPU µs a request")));
	}

	@Test
	void growth() {
		MarkdownTable fleets = MarkdownTable.find(this.page, "A fleet that grows", "CPU a message");
		MarkdownTable idle = fleets.where("load", "idle");
		check("growth",
				lines("A gateway receives: one saturated key (blue), idle (orange)", "kB/s", "gateways",
						idle.column("gateways"),
						List.of(fleets.where("load", "one key").numbers("kB/s in"), idle.numbers("kB/s in"))));
	}

	@Test
	void memory() {
		MarkdownTable members = MarkdownTable.find(this.page, "Many buckets", "bytes at rest");
		check("memory", lines("A bucket in use (blue), at rest (orange)", "bytes of heap", "members that spent from it",
				members.column("members"), List.of(members.numbers("bytes in use"), members.numbers("bytes at rest"))));
	}

	@Test
	void accuracy() {
		MarkdownTable loads = MarkdownTable.find(this.page, "Accuracy beside others", "split evenly");
		List<String> ways = loads.columns().subList(1, loads.columns().size());
		MarkdownTable busy = loads.where("load", "five gateways, 200/s, 2,000 requests/s evenly");
		check("accuracy", bars("Five gateways, ten times as many requests as the limit", "admitted / ideal", ways,
				ways.stream().map((way) -> busy.numbers(way).get(0)).toList()));
	}

	private static String time(MarkdownTable all, String benchmark, String parameters) {
		return all.where("benchmark", benchmark, "parameters", parameters, "threads", "1").numbers("time").get(0);
	}

	private static String bars(String title, String unit, List<String> labels, List<String> values) {
		return chart("xychart-beta horizontal", title, "x-axis [" + quoted(labels) + "]", unit, "bar", List.of(values));
	}

	private static String lines(String title, String unit, String of, List<String> labels, List<List<String>> lines) {
		return chart("xychart-beta", title, "x-axis \"%s\" [%s]".formatted(of, quoted(labels)), unit, "line", lines);
	}

	private static String chart(String kind, String title, String axis, String unit, String mark,
			List<List<String>> series) {
		double highest = series.stream().flatMap(List::stream).mapToDouble(Double::parseDouble).max().orElseThrow();
		String marks = series.stream()
			.map((values) -> "    %s [%s]".formatted(mark, String.join(", ", values)))
			.collect(Collectors.joining("\n"));
		return """
				%%%%{init: {"themeVariables": {"xyChart": {"plotColorPalette": "#0969da, #bc4c00"}}}}%%%%
				%s
				    title "%s"
				    %s
				    y-axis "%s" 0 --> %s
				%s""".formatted(kind, title, axis, unit, ceiling(highest), marks);
	}

	// The next number with one digit, or two below two.
	private static String ceiling(double highest) {
		double step = Math.pow(10, Math.floor(Math.log10(highest))) / ((highest < 3) ? 10 : 1);
		return new BigDecimal(Math.ceil(highest / step)).multiply(BigDecimal.valueOf(step))
			.stripTrailingZeros()
			.toPlainString();
	}

	private static String quoted(List<String> labels) {
		return labels.stream().map((label) -> '"' + label + '"').collect(Collectors.joining(", "));
	}

	private static void check(String name, String chart) {
		GeneratedSection.PERFORMANCE.check("plot of " + name, "```mermaid\n" + chart + "\n```");
	}

}
