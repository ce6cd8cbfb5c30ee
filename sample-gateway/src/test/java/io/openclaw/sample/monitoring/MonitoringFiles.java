package io.openclaw.sample.monitoring;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import org.jspecify.annotations.Nullable;
import org.yaml.snakeyaml.Yaml;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * The files of {@code docs/observability}.
 */
final class MonitoringFiles {

	static final Path DIRECTORY = Path.of("../docs/observability");

	private static final Pattern LABEL_VALUES = Pattern.compile("label_values\\((\\w+), (\\w+)\\)");

	private static final Pattern DOCUMENTED = Pattern.compile("`(\\w+)(?:\\{([^}]*)})?`");

	private MonitoringFiles() {
	}

	static List<Path> rules() throws IOException {
		try (Stream<Path> files = Files.list(DIRECTORY.resolve("rules"))) {
			return files.filter((file) -> file.toString().endsWith(".yml")).sorted().toList();
		}
	}

	@SuppressWarnings("unchecked")
	static Map<String, Map<String, Object>> alerts() throws IOException {
		Map<String, Map<String, Object>> alerts = new TreeMap<>();
		for (Path file : rules()) {
			Map<String, List<Map<String, Object>>> content = new Yaml().load(Files.readString(file));
			for (Map<String, Object> group : content.get("groups")) {
				((List<Map<String, Object>>) group.get("rules"))
					.forEach((rule) -> alerts.put((String) rule.get("alert"), rule));
			}
		}
		return alerts;
	}

	/**
	 * Expressions of the dashboard; one that asks for the values of a label as a sum by
	 * it.
	 */
	static List<String> dashboardExpressions() throws IOException {
		JsonNode dashboard = JsonMapper.builder()
			.build()
			.readTree(Files.readString(DIRECTORY.resolve("dashboard.json")));
		List<String> panels = dashboard.findValues("expr").stream().map(JsonNode::asString).toList();
		List<String> variables = dashboard.at("/templating/list")
			.valueStream()
			.map((variable) -> LABEL_VALUES.matcher(variable.at("/query/query").asString("")))
			.filter(Matcher::matches)
			.map((found) -> "sum by (" + found.group(2) + ") (" + found.group(1) + ")")
			.toList();
		return Stream.concat(panels.stream(), variables.stream()).toList();
	}

	/**
	 * The metrics of the guide with their labels, those that all of ours have left out.
	 */
	static Map<String, Set<String>> documentedMetrics() throws IOException {
		Map<String, Set<String>> metrics = new TreeMap<>();
		List<String> lines = Files.readAllLines(Path.of("../docs/observability.md"));
		int begin = lines.indexOf("## Metrics");
		lines.subList(begin, lines.size())
			.stream()
			.takeWhile((line) -> !line.equals("## Traces"))
			.filter((line) -> line.startsWith("| `"))
			.forEach((line) -> DOCUMENTED.matcher(line.split("\\|")[1])
				.results()
				.forEach((metric) -> metrics.put(metric.group(1), labels(metric.group(2)))));
		return metrics;
	}

	private static Set<String> labels(@Nullable String list) {
		return (list == null) ? Set.of() : new TreeSet<>(List.of(list.split(", ")));
	}

}
