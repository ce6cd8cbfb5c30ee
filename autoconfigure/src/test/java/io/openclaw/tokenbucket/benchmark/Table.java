package io.openclaw.tokenbucket.benchmark;

import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Prints a table in Markdown, each row as soon as it is known, so that a long benchmark
 * shows how far it is.
 */
public final class Table {

	private final int columns;

	/**
	 * Prints what the table is about and its head.
	 * @param title a line before the table
	 * @param columns names
	 */
	public Table(String title, String... columns) {
		this.columns = columns.length;
		System.out.println(title);
		System.out.println();
		print(List.of(columns));
		print(Stream.generate(() -> "---").limit(columns.length).toList());
	}

	/**
	 * Prints a row.
	 * @param cells as many as there are columns
	 */
	public void row(Object... cells) {
		if (cells.length != this.columns) {
			throw new IllegalArgumentException(cells.length + " cells for " + this.columns + " columns");
		}
		print(Stream.of(cells).map(String::valueOf).toList());
	}

	/**
	 * Describes the machine, for a title.
	 */
	public static String machine() {
		return Samples.format("%d cores, %s, Java %s", Runtime.getRuntime().availableProcessors(),
				System.getProperty("os.name"), Runtime.version());
	}

	private static void print(List<String> cells) {
		System.out.println(cells.stream().collect(Collectors.joining(" | ", "| ", " |")));
	}

}
