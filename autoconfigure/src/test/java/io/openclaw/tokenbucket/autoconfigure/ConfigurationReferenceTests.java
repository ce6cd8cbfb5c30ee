package io.openclaw.tokenbucket.autoconfigure;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class ConfigurationReferenceTests {

	private static final Path REFERENCE = Path.of("..", "docs", "configuration.md");

	@Test
	void theReferenceSaysWhatTheMetadataSays() throws IOException {
		String rendered = ConfigurationReference.render();
		if ("write".equals(System.getProperty("configuration.reference"))) {
			Files.writeString(REFERENCE, rendered);
		}
		assertThat(rendered).contains("## `openclaw.buckets.<name>`", "| `capacity` |", "| `sync-interval` |");
		assertThat(REFERENCE).content().isEqualToNormalizingNewlines(rendered);
	}

	@Test
	void everyPropertyIsDescribed() {
		assertThat(ConfigurationReference.render()).doesNotContain("|  |\n");
	}

}
