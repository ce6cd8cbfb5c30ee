package io.openclaw.sample.monitoring;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;
import org.yaml.snakeyaml.Yaml;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

/**
 * Prometheus and Alertmanager take the files, and every alert leads to what to do.
 */
class MonitoringFilesTests {

	private static final String RUNBOOK = "https://example.com/docs/operations.md#";

	@Test
	void everyAlertLeadsToAHeadingOfTheRunbook() throws IOException {
		List<String> anchors = Files.readAllLines(Path.of("../docs/operations.md"))
			.stream()
			.filter((line) -> line.startsWith("#"))
			.map((line) -> line.replaceFirst("^#+ ", "").toLowerCase(Locale.ROOT).replace(' ', '-'))
			.toList();
		MonitoringFiles.alerts().forEach((name, alert) -> {
			Map<?, ?> annotations = (Map<?, ?>) alert.get("annotations");
			String url = (String) annotations.get("runbook_url");
			assertThat(url).as(name).isEqualTo(RUNBOOK + name.toLowerCase(Locale.ROOT));
			assertThat(anchors).contains(url.substring(RUNBOOK.length()));
			assertThat((String) annotations.get("description")).as(name).isNotBlank();
			assertThat((String) annotations.get("summary")).as(name).isNotBlank();
		});
	}

	@Test
	void prometheusTakesTheRulesAndTheirTestsPass() throws Exception {
		assumeTrue(isInstalled("promtool"), "promtool is not installed: Debian has it in the package prometheus");
		List<String> rules = MonitoringFiles.rules().stream().map(Path::toString).toList();
		run(concat(List.of("promtool", "check", "rules"), rules));
		try (Stream<Path> tests = Files.list(MonitoringFiles.DIRECTORY.resolve("rules/tests"))) {
			List<String> files = tests.map(Path::toString).sorted().toList();
			assertThat(files).hasSameSizeAs(rules);
			run(concat(List.of("promtool", "test", "rules"), files));
		}
	}

	@Test
	@SuppressWarnings("unchecked")
	void alertmanagerTakesTheExample() throws Exception {
		Path example = MonitoringFiles.DIRECTORY.resolve("alertmanager.yml");
		Map<String, Object> content = new Yaml().load(Files.readString(example));
		List<String> receivers = ((List<Map<String, Object>>) content.get("receivers")).stream()
			.map((receiver) -> (String) receiver.get("name"))
			.toList();
		Map<String, Object> route = (Map<String, Object>) content.get("route");
		assertThat(receivers).contains((String) route.get("receiver"));
		((List<Map<String, Object>>) route.get("routes"))
			.forEach((child) -> assertThat(receivers).contains((String) child.get("receiver")));
		if (isInstalled("amtool")) {
			run(List.of("amtool", "check-config", example.toString()));
		}
	}

	private static boolean isInstalled(String command) {
		return Stream.of(System.getenv("PATH").split(":"))
			.anyMatch((directory) -> Files.isExecutable(Path.of(directory, command)));
	}

	private static void run(List<String> command) throws Exception {
		Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
		String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
		assertThat(process.waitFor()).as(command.stream().collect(Collectors.joining(" ")) + "\n" + output).isZero();
	}

	private static List<String> concat(List<String> command, List<String> files) {
		List<String> all = new ArrayList<>(command);
		all.addAll(files);
		return all;
	}

}
