package io.openclaw.sample.chaos.report;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.DoubleStream;

/**
 * One diagram of a plot: values over seconds.
 *
 * @param title what is shown, with its unit
 * @param shaded how many of the first seconds had the fault
 * @param curves at least one
 */
record Panel(String title, int shaded, List<Curve> curves) {

	static final int WIDTH = 420;

	static final int HEIGHT = 200;

	private static final int LEFT = 45;

	private static final int TOP = 28;

	private static final int RIGHT = 10;

	private static final int BOTTOM = 20;

	/**
	 * Draws it with its upper left corner at the origin.
	 * @return elements of SVG
	 */
	String draw() {
		double lowest = Math.min(0, values().min().orElse(0));
		double highest = Math.max(lowest + 1, values().max().orElse(0));
		int seconds = this.curves.stream().mapToInt((curve) -> curve.values().length).max().orElse(1);
		StringBuilder svg = new StringBuilder();
		svg.append(text(LEFT, 16, "start", this.title));
		svg.append(String.format(Locale.ROOT, "<rect x='%d' y='%d' width='%.1f' height='%d' fill='#fee'/>\n", LEFT, TOP,
				x(this.shaded, seconds) - LEFT, HEIGHT - TOP - BOTTOM));
		for (int i = 0; i <= 4; i++) {
			double value = lowest + (highest - lowest) * i / 4;
			double y = y(value, lowest, highest);
			svg.append(String.format(Locale.ROOT, "<path d='M%d %.1fH%d' stroke='#ddd' fill='none'/>\n", LEFT, y,
					WIDTH - RIGHT));
			svg.append(text(LEFT - 4, y + 4, "end", label(value, highest - lowest)));
		}
		for (int second = 0; second <= seconds; second += 10) {
			svg.append(text(x(second, seconds), HEIGHT - 5, "middle", Integer.toString(second)));
		}
		this.curves.forEach((curve) -> svg.append(path(curve, seconds, lowest, highest)));
		return svg.toString();
	}

	private DoubleStream values() {
		return this.curves.stream().flatMapToDouble((curve) -> Arrays.stream(curve.values())).filter(Double::isFinite);
	}

	private static String path(Curve curve, int seconds, double lowest, double highest) {
		StringBuilder path = new StringBuilder();
		boolean drawing = false;
		for (int i = 0; i < curve.values().length; i++) {
			double value = curve.values()[i];
			if (Double.isFinite(value)) {
				path.append(String.format(Locale.ROOT, "%s%.1f %.1f", drawing ? "L" : "M", x(i + 1, seconds),
						y(value, lowest, highest)));
			}
			drawing = Double.isFinite(value);
		}
		return String.format(Locale.ROOT,
				"<path d='%s' stroke='%s' fill='none' stroke-width='1.5'><title>%s</title></path>\n", path,
				curve.color(), curve.name());
	}

	private static double x(double second, int seconds) {
		return LEFT + second / seconds * (WIDTH - LEFT - RIGHT);
	}

	private static double y(double value, double lowest, double highest) {
		return HEIGHT - BOTTOM - (value - lowest) / (highest - lowest) * (HEIGHT - TOP - BOTTOM);
	}

	private static String label(double value, double range) {
		return String.format(Locale.ROOT, (range < 10) ? "%.1f" : "%.0f", value).replaceFirst("^-(0(\\.0)?)$", "$1");
	}

	private static String text(double x, double y, String anchor, String text) {
		return String.format(Locale.ROOT, "<text x='%.1f' y='%.1f' text-anchor='%s'>%s</text>\n", x, y, anchor, text);
	}

	/**
	 * One line of a diagram.
	 *
	 * @param name what it shows
	 * @param color of SVG
	 * @param values one for each second, not a number where there is none
	 */
	record Curve(String name, String color, double[] values) {
	}

}
