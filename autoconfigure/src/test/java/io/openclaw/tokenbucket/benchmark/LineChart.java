package io.openclaw.tokenbucket.benchmark;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Draws a line as SVG, from zero to its highest value.
 */
final class LineChart {

	private static final int WIDTH = 720;

	private static final int HEIGHT = 240;

	private static final int MARGIN = 40;

	private LineChart() {
	}

	/**
	 * Writes a picture.
	 * @param file where to; folders are made
	 * @param title what it shows, with units
	 * @param values at equal distances
	 */
	static void write(Path file, String title, List<Double> values) throws IOException {
		double highest = values.stream().mapToDouble(Double::doubleValue).max().orElse(1);
		String points = IntStream.range(0, values.size())
			.mapToObj(
					(i) -> Samples.format("%.1f,%.1f", MARGIN + (double) i * (WIDTH - 2 * MARGIN) / (values.size() - 1),
							HEIGHT - MARGIN - values.get(i) / highest * (HEIGHT - 2 * MARGIN)))
			.collect(Collectors.joining(" "));
		Files.createDirectories(file.getParent());
		Files.writeString(file, """
				<svg xmlns="http://www.w3.org/2000/svg" width="%1$d" height="%2$d" viewBox="0 0 %1$d %2$d">
				<title>%3$s</title>
				<rect width="100%%" height="100%%" fill="#fff"/>
				<g font-family="sans-serif" font-size="13" fill="#1b1f24">
				<text x="%4$d" y="20">%3$s</text>
				<text x="4" y="%6$d">%5$.0f</text>
				<text x="4" y="%7$d">0</text>
				</g>
				<path d="M%4$d %4$dV%7$dH%8$d" fill="none" stroke="#57606a"/>
				<polyline points="%9$s" fill="none" stroke="#0550ae" stroke-width="2"/>
				</svg>
				""".formatted(WIDTH, HEIGHT, title, MARGIN, highest, MARGIN + 5, HEIGHT - MARGIN, WIDTH - MARGIN,
				points));
	}

}
