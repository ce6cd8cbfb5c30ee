package io.openclaw.sample.chart;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The chart's README has every value as {@code values.yaml} describes it. To write it
 * anew:
 * {@code mvn -pl sample-gateway -am test -Dtest=ChartReadmeTests -Dsurefire.failIfNoSpecifiedTests=false -Dchart.readme=write}
 */
class ChartReadmeTests {

	private static final Path README = Chart.DIRECTORY.resolve("README.md");

	private static final String HEADING = "## Values\n\n";

	@Test
	void everyValueIsDescribed() {
		assertThat(ValuesReference.read(Chart.read("values.yaml")).undescribed()).isEmpty();
	}

	@Test
	void theReadmeHasEveryValue() throws IOException {
		String readme = Files.readString(README);
		int values = readme.indexOf(HEADING) + HEADING.length();
		String written = readme.substring(0, values) + ValuesReference.read(Chart.read("values.yaml")).toMarkdown();
		if ("write".equals(System.getProperty("chart.readme"))) {
			Files.writeString(README, written);
		}
		assertThat(readme.substring(0, values)).endsWith(HEADING);
		assertThat(Files.readString(README)).isEqualTo(written);
	}

	@Test
	void aValueWithoutADescriptionIsFound() {
		ValuesReference reference = ValuesReference.read("""
				# -- Described.
				one: 1
				two:
				  # -- Described,
				  # in two lines.
				  three: {a: b}
				  four: 4
				""");
		assertThat(reference.undescribed()).isEqualTo(List.of("two.four"));
		assertThat(reference.toMarkdown()).contains("| `two.three` | `{a: b}` | Described, in two lines. |");
	}

}
