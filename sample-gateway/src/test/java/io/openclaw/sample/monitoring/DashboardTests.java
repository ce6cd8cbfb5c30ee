package io.openclaw.sample.monitoring;

import java.io.IOException;
import java.nio.file.Files;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The dashboard is what Grafana imports: its model of panels, targets, units, variables
 * and annotations. Grafana itself is not there to ask.
 */
class DashboardTests {

	private static final String DATA_SOURCE = "${datasource}";

	private static final Pattern VARIABLE = Pattern.compile("\\$\\{?(\\w+)");

	// Of Grafana itself.
	private static final Pattern BUILT_IN = Pattern.compile("__\\w+");

	// Ids of Grafana's formats, of those in use.
	private static final Set<String> UNITS = Set.of("short", "percentunit", "reqps", "cps", "Bps", "bytes", "s");

	private static final Set<String> TYPES = Set.of("timeseries", "state-timeline", "heatmap");

	private JsonNode dashboard;

	@BeforeEach
	void read() throws IOException {
		this.dashboard = JsonMapper.builder()
			.build()
			.readTree(Files.readString(MonitoringFiles.DIRECTORY.resolve("dashboard.json")));
	}

	@Test
	void itIsReplacedAndNotDoubledWhenItIsImportedAgain() {
		assertThat(this.dashboard.at("/uid").asString()).isEqualTo("openclaw-token-bucket")
			.hasSizeLessThanOrEqualTo(40);
		assertThat(this.dashboard.has("id")).isFalse();
		assertThat(this.dashboard.at("/schemaVersion").asInt()).isGreaterThanOrEqualTo(36);
	}

	@Test
	void everyPanelHasAKindAUnitAndADataSourceOfItsOwnChoice() {
		assertThat(panels()).isNotEmpty().allSatisfy((panel) -> {
			assertThat(panel.at("/type").asString()).isIn(TYPES);
			assertThat(panel.at("/title").asString()).isNotBlank();
			assertThat(panel.at("/fieldConfig/defaults/unit").asString()).isIn(UNITS);
			assertThat(panel.at("/datasource/type").asString()).isEqualTo("prometheus");
			assertThat(panel.at("/datasource/uid").asString()).isEqualTo(DATA_SOURCE);
		});
		assertThat(all().map((panel) -> panel.at("/id").asInt())).doesNotHaveDuplicates();
	}

	@Test
	void everyTargetAsksForSomethingOverAnIntervalThatFitsTheScrapes() {
		assertThat(panels()).allSatisfy((panel) -> {
			List<JsonNode> targets = panel.at("/targets").valueStream().toList();
			assertThat(targets).isNotEmpty().allSatisfy((target) -> {
				String expression = target.at("/expr").asString();
				assertThat(expression).isNotBlank();
				assertThat(Pattern.compile("\\[[^]]*]").matcher(expression).results().map((found) -> found.group()))
					.allMatch("[$__rate_interval]"::equals);
			});
			assertThat(targets.stream().map((target) -> target.at("/refId").asString())).doesNotContain("")
				.doesNotHaveDuplicates();
		});
	}

	@Test
	void aHeatmapTakesTheBucketsAsTheyAre() {
		assertThat(panels().stream().filter((panel) -> panel.at("/type").asString().equals("heatmap"))).isNotEmpty()
			.allSatisfy((panel) -> {
				assertThat(panel.at("/options/calculate").asBoolean(false)).isFalse();
				assertThat(panel.at("/targets/0/format").asString()).isEqualTo("heatmap");
				assertThat(panel.at("/targets/0/expr").asString()).contains("sum by (le) (increase(");
			});
	}

	@Test
	void panelsFitBesideEachOther() {
		Set<String> taken = new HashSet<>();
		all().map((panel) -> panel.at("/gridPos")).forEach((place) -> {
			int right = place.at("/x").asInt() + place.at("/w").asInt();
			assertThat(right).isLessThanOrEqualTo(24);
			for (int x = place.at("/x").asInt(); x < right; x++) {
				for (int y = place.at("/y").asInt(); y < place.at("/y").asInt() + place.at("/h").asInt(); y++) {
					assertThat(taken.add(x + " " + y)).as("place " + place).isTrue();
				}
			}
		});
	}

	@Test
	void everyVariableThatIsUsedIsThere() {
		Set<String> known = this.dashboard.at("/templating/list")
			.valueStream()
			.map((variable) -> variable.at("/name").asString())
			.collect(Collectors.toSet());
		assertThat(known).containsExactlyInAnyOrder("datasource", "node", "bucket");
		assertThat(VARIABLE.matcher(this.dashboard.toString())
			.results()
			.map((found) -> found.group(1))
			.filter((name) -> !BUILT_IN.matcher(name).matches())).isNotEmpty().allMatch(known::contains);
	}

	@Test
	void experimentsAndAlertsAreAnnotations() {
		List<JsonNode> annotations = this.dashboard.at("/annotations/list").valueStream().toList();
		assertThat(annotations).extracting((annotation) -> annotation.at("/name").asString())
			.containsExactly("Experiments", "Alerts");
		assertThat(annotations.get(0).at("/target/tags/0").asString()).isEqualTo("openclaw-experiment");
		assertThat(annotations.get(1).at("/datasource/uid").asString()).isEqualTo(DATA_SOURCE);
	}

	private List<JsonNode> panels() {
		return all().filter((panel) -> !panel.at("/type").asString().equals("row")).toList();
	}

	// Those of a row that is folded stand within it.
	private Stream<JsonNode> all() {
		return this.dashboard.at("/panels")
			.valueStream()
			.flatMap((panel) -> Stream.concat(Stream.of(panel), panel.at("/panels").valueStream()));
	}

}
