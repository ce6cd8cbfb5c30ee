package io.openclaw.sample.chart;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

/**
 * Helm reads nothing outside of the chart, so it has copies of the alerts and dashboards
 * of {@code docs/observability}. To make them anew:
 * {@code cp docs/observability/rules/*.yml helm/openclaw-gateway/files/rules; cp docs/observability/*.json helm/openclaw-gateway/files/dashboards}
 */
class ChartFilesTests {

	private static final Path DOCUMENTED = Path.of("../docs/observability");

	@ParameterizedTest
	@CsvSource({ "rules, files/rules, yml", "'', files/dashboards, json" })
	void copiesEqualWhatIsDocumented(String documented, String copied, String ending) throws IOException {
		assumeTrue(Files.isDirectory(DOCUMENTED), "nothing is documented yet");
		assertThat(read(Chart.DIRECTORY.resolve(copied), ending))
			.isEqualTo(read(DOCUMENTED.resolve(documented), ending));
	}

	@Test
	void everyAlertIsRendered() throws IOException {
		assertThat(Chart.render("values/all-on", Chart.NEWEST).one("PrometheusRule").at("/spec/groups").size())
			.isEqualTo(read(Chart.DIRECTORY.resolve("files/rules"), "yml").size());
	}

	@Test
	void alertsLeadToTheCopyOfTheRunbookThatIsNamed() throws IOException {
		assertThat(Chart.render("values/all-on", Chart.NEWEST).one("PrometheusRule").findValuesAsString("runbook_url"))
			.isNotEmpty()
			.allMatch((url) -> url.startsWith("https://wiki.example.org/gateway/operations.md#"));
	}

	private static Map<String, String> read(Path directory, String ending) throws IOException {
		Map<String, String> contents = new TreeMap<>();
		if (Files.isDirectory(directory)) {
			try (Stream<Path> files = Files.list(directory)) {
				for (Path file : files.filter((path) -> path.toString().endsWith("." + ending)).toList()) {
					contents.put(file.getFileName().toString(), Files.readString(file));
				}
			}
		}
		return contents;
	}

}
