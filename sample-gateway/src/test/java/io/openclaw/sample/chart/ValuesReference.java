package io.openclaw.sample.chart;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The values of a chart as its {@code values.yaml} describes them: a comment that begins
 * with {@code # --} describes the key below it and all that is in it. Immutable.
 *
 * @param rows the described values
 * @param undescribed paths of values that nothing describes
 */
record ValuesReference(List<Row> rows, List<String> undescribed) {

	private static final Pattern COMMENT = Pattern.compile(" *# (-- )?(.*)");

	private static final Pattern KEY = Pattern.compile("( *)([^\\s#-][^:]*):(?: (.*?))?(?: +#.*)?");

	static ValuesReference read(String yaml) {
		List<Row> rows = new ArrayList<>();
		List<String> undescribed = new ArrayList<>();
		Deque<Level> path = new ArrayDeque<>();
		String comment = null;
		for (String line : yaml.lines().toList()) {
			Matcher text = COMMENT.matcher(line);
			if (text.matches()) {
				comment = (text.group(1) != null) ? text.group(2)
						: (comment != null) ? comment + " " + text.group(2) : null;
				continue;
			}
			Matcher key = KEY.matcher(line);
			if (!key.matches()) {
				continue;
			}
			int indent = key.group(1).length();
			while (!path.isEmpty() && path.peek().indent() >= indent) {
				path.pop();
			}
			boolean inside = !path.isEmpty() && path.peek().described();
			String name = path.isEmpty() ? key.group(2) : path.peek().name() + "." + key.group(2);
			if (comment != null && !inside) {
				rows.add(new Row(name, (key.group(3) != null) ? key.group(3) : "", comment));
			}
			else if (!inside && key.group(3) != null) {
				undescribed.add(name);
			}
			path.push(new Level(indent, name, inside || comment != null));
			comment = null;
		}
		return new ValuesReference(rows, undescribed);
	}

	String toMarkdown() {
		StringBuilder table = new StringBuilder("| value | default | what it does |\n| --- | --- | --- |\n");
		for (Row row : this.rows) {
			table.append("| `%s` | %s | %s |%n".formatted(row.name(),
					row.value().isEmpty() ? "see values.yaml" : "`" + row.value() + "`", row.text()));
		}
		return table.toString();
	}

	/**
	 * A described value.
	 *
	 * @param name its path
	 * @param value what stands behind it; empty for several lines
	 * @param text what describes it
	 */
	record Row(String name, String value, String text) {
	}

	private record Level(int indent, String name, boolean described) {
	}

}
