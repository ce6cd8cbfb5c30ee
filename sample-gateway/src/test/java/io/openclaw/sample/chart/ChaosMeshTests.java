package io.openclaw.sample.chart;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Stream;

import com.marcnuri.helm.Helm;
import com.marcnuri.helm.LintResult;
import com.marcnuri.helm.TemplateCommand;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/**
 * The experiments of {@code docs/chaos}, against Chaos Mesh's own schemas.
 */
class ChaosMeshTests {

	private static final Path CHART = Path.of("../docs/chaos");

	private static final Set<String> TEMPLATE_TYPES = Set.of("Parallel", "Serial", "Suspend", "StatusCheck",
			"NetworkChaos", "PodChaos", "StressChaos");

	private static final KubernetesSchemas schemas = new KubernetesSchemas();

	private static Rendered render(String... values) {
		TemplateCommand command = new Helm(CHART).template().withName("chaos").withKubeVersion(Chart.NEWEST);
		for (String value : values) {
			command.set(value.substring(0, value.indexOf('=')), value.substring(value.indexOf('=') + 1));
		}
		return new Rendered(command.call());
	}

	static Stream<Arguments> experimentsAndRadii() {
		return Stream.of("workflow", "delay", "loss", "partition", "kill", "cpu", "memory")
			.flatMap((experiment) -> Stream.of("namespace", "node", "canary")
				.map((radius) -> Arguments.of(experiment, radius)));
	}

	@Test
	void lintFindsNothing() {
		LintResult result = new Helm(CHART).lint().strict().call();
		assertThat(result.isFailed()).as(() -> result.getMessages().toString()).isFalse();
	}

	@ParameterizedTest
	@MethodSource("experimentsAndRadii")
	void everyExperimentIsWhatChaosMeshTakes(String experiment, String radius) {
		List<JsonNode> objects = render("experiment=" + experiment, "blastRadius.kind=" + radius,
				"blastRadius.node=worker-1")
			.objects();
		assertThat(objects).singleElement().satisfies((object) -> assertThat(schemas.errors(object)).isEmpty());
	}

	@ParameterizedTest
	@CsvSource({ "/spec/delay/latency, /spec/delays", "/spec/action, /spec/actions" })
	void aFieldThatChaosMeshDoesNotKnowIsFound(String known, String unknown) {
		ObjectNode chaos = render("experiment=delay").one("NetworkChaos").deepCopy().asObject();
		assertThat(chaos.at(known).isMissingNode()).isFalse();
		((ObjectNode) chaos.at("/spec")).put(unknown.substring("/spec/".length()), "1");
		assertThat(schemas.errors(chaos)).isNotEmpty();
		ObjectNode wrong = render("experiment=delay").one("NetworkChaos").deepCopy().asObject();
		((ObjectNode) wrong.at("/spec")).put("action", "latency");
		assertThat(schemas.errors(wrong)).isNotEmpty();
	}

	@Test
	void blastRadiusIsOnePodOfTheGatewaysUnlessMoreIsAskedFor() {
		assertThat(selected("namespace").toString()).doesNotContain("nodes", "canary").contains("gateway");
		assertThat(selected("canary").at("/labelSelectors/openclaw.io~1track").asString()).isEqualTo("canary");
		assertThat(selected("node").at("/nodes/0").asString()).isEqualTo("worker-1");
		assertThat(render("experiment=kill").one("PodChaos").at("/spec/mode").asString()).isEqualTo("one");
		assertThatThrownBy(() -> render("blastRadius.kind=node")).hasMessageContaining("set blastRadius.node");
	}

	private static JsonNode selected(String radius) {
		return render("experiment=kill", "blastRadius.kind=" + radius, "blastRadius.node=worker-1").one("PodChaos")
			.at("/spec/selector");
	}

	@Test
	void selectorsAreLabelsOfTheChartsPods() {
		Rendered chart = Chart.render("values/canary-deployment", Chart.NEWEST);
		for (String radius : List.of("namespace", "canary")) {
			JsonNode labels = selected(radius).at("/labelSelectors");
			assertThat(chart.pods()).as(radius)
				.anyMatch((pod) -> Rendered.map(pod.at("/metadata/labels"))
					.entrySet()
					.containsAll(Rendered.map(labels).entrySet()));
		}
		JsonNode redis = render("experiment=delay").one("NetworkChaos").at("/spec/target/selector/labelSelectors");
		assertThat(chart.pods()).anyMatch((pod) -> Rendered.map(pod.at("/metadata/labels"))
			.entrySet()
			.containsAll(Rendered.map(redis).entrySet()));
	}

	@Test
	void aRedisElsewhereIsNamed() {
		JsonNode spec = render("experiment=partition", "redis.external[0]=redis.example.com").one("NetworkChaos")
			.at("/spec");
		assertThat(spec.at("/direction").asString()).isEqualTo("to");
		assertThat(spec.at("/externalTargets/0").asString()).isEqualTo("redis.example.com");
		assertThat(spec.has("target")).isFalse();
	}

	@Test
	void theWorkflowEndsWithItsChecks() {
		JsonNode workflow = render().one("Workflow");
		List<JsonNode> templates = workflow.at("/spec/templates").valueStream().toList();
		Set<String> names = new HashSet<>();
		templates.forEach((template) -> {
			String type = Rendered.text(template, "/templateType");
			assertThat(names.add(Rendered.text(template, "/name"))).isTrue();
			assertThat(type).isIn(TEMPLATE_TYPES);
			assertThat(Rendered.text(template, "/deadline")).matches("[0-9]+s");
			String field = type.substring(0, 1).toLowerCase(Locale.ROOT) + type.substring(1);
			assertThat(template.at("/" + field + "/duration").isMissingNode()).as("Chaos Mesh refuses it in a workflow")
				.isTrue();
		});
		assertThat(names).contains(Rendered.text(workflow, "/spec/entry"));
		List<String> children = new ArrayList<>();
		templates.forEach((template) -> template.at("/children").forEach((child) -> children.add(child.asString())));
		assertThat(children).doesNotHaveDuplicates().isSubsetOf(names).hasSize(names.size() - 1);
		assertThat(templates.stream().filter((template) -> template.has("statusCheck"))).hasSize(2)
			.allMatch((template) -> template.at("/abortWithStatusCheck").asBoolean())
			.allMatch((template) -> Rendered.text(template, "/statusCheck/mode").equals("Continuous"));
	}

	@ParameterizedTest
	@ValueSource(strings = { "/actuator/health/budget", "/rate" })
	void theChecksAskTheChartsService(String path) {
		JsonNode service = Chart.render("values/defaults", Chart.NEWEST).named("Service", "edge-openclaw-gateway");
		String url = "http://" + Rendered.text(service, "/metadata/name") + "." + Chart.NAMESPACE + ":"
				+ service.at("/spec/ports/0/port").asInt() + path;
		assertThat(render().one("Workflow").toString()).contains("\"url\":\"" + url + "\"");
	}

}
