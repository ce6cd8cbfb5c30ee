package io.openclaw.sample.process;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The README, whose code blocks are tested as they are printed.
 *
 * @param text its text
 */
record Readme(String text) {

	static Readme read() throws IOException {
		return new Readme(Files.readString(Path.of("../README.md")));
	}

	/**
	 * The first code block in a language.
	 * @param language the word behind the fence
	 * @return the code
	 */
	String block(String language) {
		String fence = "```" + language + "\n";
		int start = this.text.indexOf(fence);
		assertThat(start).as("a block of %s in the README", language).isNotNegative();
		return this.text.substring(start + fence.length(), this.text.indexOf("```", start + fence.length()));
	}

}
