package io.openclaw.sample.chaos.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;

import io.openclaw.sample.chaos.experiment.Outcome;
import io.openclaw.sample.chaos.experiment.Row;
import io.openclaw.sample.chaos.fleet.Fleet;
import io.openclaw.sample.chaos.report.Panel.Curve;

/**
 * Draws the baseline against the fault, as a small SVG. (A charting library was tried: it
 * draws letters as outlines, which takes ten times the space, and needs fonts.)
 */
final class Plot {

	private static final String BASELINE = "#999";

	private static final String FAULT = "#c22";

	private static final List<String> OF_MEMBERS = List.of("#1f77b4", "#2ca02c", "#9467bd", "#ff7f0e");

	private final Outcome outcome;

	private Plot(Outcome outcome) {
		this.outcome = outcome;
	}

	static String of(Outcome outcome) {
		return new Plot(outcome).draw();
	}

	private String draw() {
		List<Panel> panels = List.of(panel("admitted per second", Row::admitted),
				panel("rejected per second", Row::rejected), panel("drift, % of capacity", (row) -> 100 * row.drift()),
				levels(), panel("latency p95, ms", Row::p95), panel("cores busy", Row::cpu));
		StringBuilder svg = new StringBuilder();
		int width = 2 * Panel.WIDTH;
		int height = (panels.size() + 1) / 2 * Panel.HEIGHT + 20;
		svg.append(String.format(Locale.ROOT,
				"<svg xmlns='http://www.w3.org/2000/svg' width='%d' height='%d' viewBox='0 0 %1$d %2$d' ", width,
				height));
		svg.append("font-family='sans-serif' font-size='11'>\n<rect width='100%' height='100%' fill='#fff'/>\n");
		for (int i = 0; i < panels.size(); i++) {
			svg.append(String.format(Locale.ROOT, "<g transform='translate(%d %d)'>\n", i % 2 * Panel.WIDTH,
					i / 2 * Panel.HEIGHT))
				.append(panels.get(i).draw())
				.append("</g>\n");
		}
		svg.append(String.format(Locale.ROOT,
				"<text x='45' y='%d'>seconds; grey: baseline, colour: with the fault (shaded) and after it; ",
				height - 6));
		return svg.append("levels: a blue, b green, c violet, d orange</text>\n</svg>\n").toString();
	}

	private Panel panel(String title, ToDoubleFunction<Row> value) {
		return new Panel(title, shaded(),
				List.of(new Curve("baseline", BASELINE, values(this.outcome.baselineRows(), value)),
						new Curve("fault", FAULT, values(this.outcome.faultRows(), value))));
	}

	private Panel levels() {
		List<Curve> curves = new ArrayList<>();
		for (int i = 0; i < Fleet.MEMBERS.size(); i++) {
			String member = Fleet.MEMBERS.get(i);
			curves.add(new Curve(member, OF_MEMBERS.get(i),
					values(this.outcome.faultRows(), (row) -> row.levels().getOrDefault(member, Double.NaN))));
		}
		return new Panel("level of the bounded bucket by gateway, tokens", shaded(), curves);
	}

	private int shaded() {
		return (int) this.outcome.faultRows().stream().filter((row) -> row.phase().equals("fault")).count();
	}

	private static double[] values(List<Row> rows, ToDoubleFunction<Row> value) {
		return rows.stream().mapToDouble(value).toArray();
	}

}
