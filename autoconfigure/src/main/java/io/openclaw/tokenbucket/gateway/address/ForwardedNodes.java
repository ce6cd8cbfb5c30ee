package io.openclaw.tokenbucket.gateway.address;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;

/**
 * The nodes that a request passed by what {@code Forwarded} (RFC 7239) and
 * {@code X-Forwarded-For} say, the last one first. Each proxy appends to what it
 * received, so that only the end of a list is the work of those who are near: it is read
 * from there. Text of a caller, such as a quote that is never closed, does not affect the
 * entries that proxies append.
 */
final class ForwardedNodes {

	/** What is said by an element that cannot be read or names nobody. */
	static final String UNKNOWN = "unknown";

	private ForwardedNodes() {
	}

	/**
	 * Reads {@code X-Forwarded-For}.
	 * @param lines the lines of the header in their order
	 * @return nodes as they are written, the last one first
	 */
	static List<String> ofXForwardedFor(List<String> lines) {
		List<String> nodes = new ArrayList<>();
		for (String line : lines) {
			for (String node : line.split(",")) {
				if (!node.isBlank()) {
					nodes.add(node.strip());
				}
			}
		}
		Collections.reverse(nodes);
		return nodes;
	}

	/**
	 * Reads {@code Forwarded}.
	 * @param lines the lines of the header in their order
	 * @return the {@code for} of each element without quotes, the last one first;
	 * {@link #UNKNOWN} where an element has none or more than one
	 */
	static List<String> ofForwarded(List<String> lines) {
		List<String> nodes = new ArrayList<>();
		for (int i = lines.size() - 1; i >= 0; i--) {
			for (String element : splitFromEnd(lines.get(i), ',')) {
				if (!element.isBlank()) {
					nodes.add(nodeOf(element));
				}
			}
		}
		return nodes;
	}

	private static String nodeOf(String element) {
		List<String> values = splitFromEnd(element, ';').stream()
			.map(String::strip)
			.filter((pair) -> pair.toLowerCase(Locale.ROOT).startsWith("for="))
			.map((pair) -> pair.substring("for=".length()))
			.toList();
		return (values.size() == 1) ? unquote(values.get(0)) : UNKNOWN;
	}

	private static String unquote(String value) {
		boolean quoted = value.length() >= 2 && value.startsWith("\"") && value.endsWith("\"");
		return quoted ? value.substring(1, value.length() - 1) : value;
	}

	private static List<String> splitFromEnd(String text, char separator) {
		List<String> pieces = new ArrayList<>();
		boolean quoted = false;
		int end = text.length();
		for (int i = text.length() - 1; i >= 0; i--) {
			char character = text.charAt(i);
			if (character == '"' && !isEscaped(text, i)) {
				quoted = !quoted;
			}
			else if (character == separator && !quoted) {
				pieces.add(text.substring(i + 1, end));
				end = i;
			}
		}
		pieces.add(text.substring(0, end));
		return pieces;
	}

	private static boolean isEscaped(String text, int index) {
		int backslashes = 0;
		while (index > backslashes && text.charAt(index - backslashes - 1) == '\\') {
			backslashes++;
		}
		return backslashes % 2 == 1;
	}

}
