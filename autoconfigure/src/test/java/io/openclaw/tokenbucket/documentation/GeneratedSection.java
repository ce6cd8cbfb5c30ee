package io.openclaw.tokenbucket.documentation;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A part of {@code docs/observability.md} that is made of code or of what ran. It stands
 * between {@code <!-- generated: name -->} and {@code <!-- end -->}. Tests compare it, or
 * write it with {@code -Dobservability.reference=write}.
 */
public final class GeneratedSection {

	private static final Path GUIDE = Path.of("..", "docs", "observability.md");

	private static final String END = "<!-- end -->";

	private GeneratedSection() {
	}

	/**
	 * Fails if the guide says something else, unless it is to be written.
	 * @param name of the section
	 * @param expected what the section is to say
	 */
	public static void check(String name, String expected) {
		String guide = read();
		String begin = "<!-- generated: " + name + " -->\n";
		assertThat(guide).as("marker in " + GUIDE).contains(begin);
		int from = guide.indexOf(begin) + begin.length();
		int to = guide.indexOf(END, from);
		if ("write".equals(System.getProperty("observability.reference"))) {
			write(guide.substring(0, from) + "\n" + expected.strip() + "\n\n" + guide.substring(to));
			return;
		}
		assertThat(guide.substring(from, to).strip())
			.as("section '%s' of %s, which -Dobservability.reference=write makes anew", name, GUIDE)
			.isEqualTo(expected.strip());
	}

	private static String read() {
		try {
			return Files.readString(GUIDE);
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	private static void write(String guide) {
		try {
			Files.writeString(GUIDE, guide);
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

}
