package io.openclaw.tokenbucket.documentation;

import java.util.Arrays;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * A table of a page. Immutable.
 *
 * @param columns names
 * @param rows the cells of each
 */
record MarkdownTable(List<String> columns, List<List<String>> rows) {

	/**
	 * Finds the first table with a column.
	 * @param section the heading before it, without hashes
	 * @param column the name of any of its columns
	 * @throws NoSuchElementException if there is none
	 */
	static MarkdownTable find(Page page, String section, String column) {
		List<String> lines = page.text().lines().toList();
		int begin = indexOf(lines, 0, (line) -> line.matches("#+ " + section));
		int head = indexOf(lines, begin, (line) -> line.startsWith("|") && cells(line).contains(column));
		List<List<String>> rows = lines.stream()
			.skip(head + 2L)
			.takeWhile((line) -> line.startsWith("|"))
			.map(MarkdownTable::cells)
			.toList();
		return new MarkdownTable(cells(lines.get(head)), rows);
	}

	/**
	 * The rows whose cells have these values.
	 * @param pairs of the name of a column and a value
	 */
	MarkdownTable where(String... pairs) {
		Stream<List<String>> left = this.rows.stream();
		for (int i = 0; i < pairs.length; i += 2) {
			int column = index(pairs[i]);
			String value = pairs[i + 1];
			left = left.filter((row) -> row.get(column).equals(value));
		}
		return new MarkdownTable(this.columns, left.toList());
	}

	/**
	 * The cells of a column.
	 */
	List<String> column(String name) {
		int column = index(name);
		return this.rows.stream().map((row) -> row.get(column)).toList();
	}

	/**
	 * The cells of a column, without what is said behind their first number.
	 */
	List<String> numbers(String name) {
		return column(name).stream().map((cell) -> cell.replaceFirst("[ ,%].*", "")).toList();
	}

	private int index(String column) {
		int index = this.columns.indexOf(column);
		if (index < 0) {
			throw new NoSuchElementException(column + " of " + this.columns);
		}
		return index;
	}

	private static int indexOf(List<String> lines, int from, Predicate<String> wanted) {
		for (int i = from; i < lines.size(); i++) {
			if (wanted.test(lines.get(i))) {
				return i;
			}
		}
		throw new NoSuchElementException("after line " + from);
	}

	private static List<String> cells(String line) {
		String[] parts = line.split("\\|", -1);
		return Arrays.stream(parts, 1, parts.length - 1).map(String::strip).toList();
	}

}
