package io.openclaw.tokenbucket.benchmark.gateway;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;

import org.springframework.web.util.HtmlUtils;

import io.openclaw.tokenbucket.benchmark.Samples;

/**
 * Draws stacks as a flame graph: a frame is as wide as all samples in and below it, and
 * stands on its caller. Frames of this project are blue. A pointer on a frame shows its
 * name and its part.
 */
final class FlameGraph {

	private static final int WIDTH = 1600;

	private static final int ROW = 15;

	private static final int LETTER = 6;

	private static final double THINNEST = 0.5;

	private final StringBuilder svg = new StringBuilder();

	private final Frame root;

	private final int height;

	private FlameGraph(Frame root, String title) {
		this.root = root;
		this.height = (root.depth() + 2) * ROW;
		this.svg.append(Samples.format(
				"<svg xmlns='http://www.w3.org/2000/svg' width='%d' height='%d' font-family='monospace' font-size='10'>%n",
				WIDTH, this.height));
		this.svg.append(Samples.format("<text x='4' y='11'>%s</text>%n", HtmlUtils.htmlEscape(title)));
	}

	/**
	 * Draws a graph.
	 * @param byStack weights by stacks, the outermost frame first
	 * @param title what the graph is about
	 */
	static void write(Map<String, Long> byStack, String title, Path file) throws IOException {
		Frame root = new Frame();
		byStack.forEach((stack, weight) -> root.add(stack.split(";"), 0, weight));
		FlameGraph graph = new FlameGraph(root, title);
		graph.draw("all", root, 0, 0);
		Files.writeString(file, graph.svg.append("</svg>\n"));
	}

	private void draw(String name, Frame frame, double left, int depth) {
		double width = (double) WIDTH * frame.weight / this.root.weight;
		if (width < THINNEST) {
			return;
		}
		int top = this.height - (depth + 1) * ROW;
		String color = name.startsWith("io.openclaw.") ? "#6fa8dc" : "#f6b26b";
		String[] words = name.split("\\.");
		String text = (words.length > 1) ? words[words.length - 2] + "." + words[words.length - 1] : name;
		this.svg.append(Samples.format(
				"<g><title>%s, %.2f %%</title><rect x='%.1f' y='%d' width='%.1f' height='%d' fill='%s' stroke='white'/>",
				HtmlUtils.htmlEscape(name), 100.0 * frame.weight / this.root.weight, left, top, width, ROW, color));
		int letters = (int) width / LETTER;
		if (letters > 2) {
			this.svg.append(Samples.format("<text x='%.1f' y='%d'>%s</text>", left + 2, top + ROW - 4,
					HtmlUtils.htmlEscape(text.substring(0, Math.min(text.length(), letters)))));
		}
		this.svg.append("</g>\n");
		double next = left;
		for (Map.Entry<String, Frame> callee : frame.callees.entrySet()) {
			draw(callee.getKey(), callee.getValue(), next, depth + 1);
			next += (double) WIDTH * callee.getValue().weight / this.root.weight;
		}
	}

	/**
	 * A frame with what it calls.
	 */
	private static final class Frame {

		private final Map<String, Frame> callees = new TreeMap<>();

		private long weight;

		void add(String[] stack, int from, long added) {
			this.weight += added;
			if (from < stack.length) {
				this.callees.computeIfAbsent(stack[from], (name) -> new Frame()).add(stack, from + 1, added);
			}
		}

		int depth() {
			return 1 + this.callees.values().stream().mapToInt(Frame::depth).max().orElse(0);
		}

	}

}
