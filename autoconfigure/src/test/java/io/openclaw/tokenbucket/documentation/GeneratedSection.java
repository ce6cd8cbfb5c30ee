package io.openclaw.tokenbucket.documentation;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Parts of a guide that are made of code or of what ran. Each stands between
 * {@code <!-- generated: name -->} and {@code <!-- end -->}. Tests compare it, or write
 * it where a system property says {@code write}.
 *
 * @param guide the guide
 * @param property the system property
 */
public record GeneratedSection(Path guide, String property) {

	/** Parts of the guide to metrics and endpoints. */
	public static final GeneratedSection OBSERVABILITY = new GeneratedSection(Path.of("..", "docs", "observability.md"),
			"observability.reference");

	/** Parts of the guide to performance. */
	static final GeneratedSection PERFORMANCE = new GeneratedSection(Path.of("..", "docs", "performance.md"),
			"performance.plots");

	private static final String END = "<!-- end -->";

	/**
	 * Fails if the guide says something else, unless it is to be written.
	 * @param name of the section
	 * @param expected what the section is to say
	 */
	public void check(String name, String expected) {
		String text = Page.read(this.guide).text();
		String begin = "<!-- generated: " + name + " -->\n";
		assertThat(text).as("marker in " + this.guide).contains(begin);
		int from = text.indexOf(begin) + begin.length();
		int to = text.indexOf(END, from);
		if ("write".equals(System.getProperty(this.property))) {
			write(text.substring(0, from) + "\n" + expected.strip() + "\n\n" + text.substring(to));
			return;
		}
		assertThat(text.substring(from, to).strip())
			.as("section '%s' of %s, which -D%s=write makes anew", name, this.guide, this.property)
			.isEqualTo(expected.strip());
	}

	private void write(String text) {
		try {
			Files.writeString(this.guide, text);
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

}
