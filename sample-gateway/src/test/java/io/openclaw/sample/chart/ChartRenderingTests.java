package io.openclaw.sample.chart;

import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import com.marcnuri.helm.LintResult;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The chart renders to objects that Kubernetes takes.
 */
class ChartRenderingTests {

	private static final KubernetesSchemas schemas = new KubernetesSchemas();

	static Stream<Arguments> setsAndVersions() {
		return Chart.valueSets()
			.keySet()
			.stream()
			.flatMap((set) -> Stream.of(Chart.OLDEST, Chart.NEWEST).map((version) -> Arguments.of(set, version)));
	}

	static Set<String> sets() {
		return Chart.valueSets().keySet();
	}

	@Test
	void lintFindsNothing() {
		LintResult result = Chart.helm().lint().strict().call();
		assertThat(result.isFailed()).as(() -> result.getMessages().toString()).isFalse();
		assertThat(result.getMessages()).noneMatch((message) -> message.contains("WARNING"));
	}

	@Test
	void itIsPackaged(@TempDir Path directory) {
		Chart.helm().packageIt().withDestination(directory).call();
		assertThat(directory).isDirectoryContaining("glob:**openclaw-gateway-*.tgz");
	}

	@ParameterizedTest
	@MethodSource("setsAndVersions")
	void everyObjectIsValid(String valueSet, String kubernetes) {
		List<JsonNode> objects = Chart.render(valueSet, kubernetes).objects();
		assertThat(objects).isNotEmpty();
		for (JsonNode object : objects) {
			List<String> errors = kubernetes.equals(Chart.OLDEST) ? schemas.errors(object)
					: schemas.newestErrors(object);
			assertThat(errors).as(() -> Rendered.describe(object)).isEmpty();
		}
	}

	@ParameterizedTest
	@MethodSource("sets")
	void noObjectStandsTwice(String valueSet) {
		assertThat(Chart.render(valueSet, Chart.NEWEST).objects().stream().map(Rendered::describe))
			.doesNotHaveDuplicates();
	}

	@ParameterizedTest
	@ValueSource(
			strings = { "/spec/replica", "/spec/template/spec/containerz", "/spec/template/spec/securityContext/x" })
	void aFieldThatKubernetesDoesNotKnowIsFound(String pointer) {
		ObjectNode deployment = Chart.render("values/defaults", Chart.OLDEST).one("Deployment").deepCopy().asObject();
		int last = pointer.lastIndexOf('/');
		((ObjectNode) deployment.at(pointer.substring(0, last))).put(pointer.substring(last + 1), "1");
		assertThat(schemas.errors(deployment)).isNotEmpty();
		assertThat(schemas.newestErrors(deployment)).isNotEmpty();
	}

	@Test
	void aFieldThatIsTooNewIsFoundWhereItIsRenderedForAnOldKubernetes() {
		JsonNode deployment = Chart.render("values/defaults", Chart.NEWEST).one("Deployment");
		assertThat(schemas.newestErrors(deployment)).isEmpty();
		assertThat(schemas.errors(deployment)).anyMatch((error) -> error.contains("sleep"));
	}

	@Test
	void anApiVersionThatWasRemovedIsFound() {
		ObjectNode budget = Chart.render("values/defaults", Chart.NEWEST)
			.one("PodDisruptionBudget")
			.deepCopy()
			.asObject();
		budget.put("apiVersion", "policy/v1beta1");
		assertThat(schemas.errors(budget)).singleElement().asString().contains("policy/v1beta1");
	}

	@Test
	void replicasAreLeftToTheAutoscaler() {
		for (String valueSet : List.of("values/all-on", "values/keda", "values/external-metrics")) {
			assertThat(Chart.render(valueSet, Chart.NEWEST)
				.named("Deployment", valueSet.endsWith("external-metrics") ? "limits" : "edge-openclaw-gateway")
				.at("/spec/replicas")
				.isMissingNode()).as(valueSet).isTrue();
		}
		assertThat(Chart.render("values/defaults", Chart.NEWEST).one("Deployment").at("/spec/replicas").asInt())
			.isEqualTo(3);
	}

	@Test
	void allThatCanBeIsSwitchedOnAtOnce() {
		Set<String> kinds = Chart.render("values/all-on", Chart.NEWEST)
			.objects()
			.stream()
			.map((object) -> Rendered.text(object, "/kind"))
			.collect(Collectors.toSet());
		assertThat(kinds).contains("Deployment", "Service", "ConfigMap", "Secret", "ServiceAccount",
				"HorizontalPodAutoscaler", "PodDisruptionBudget", "NetworkPolicy", "ServiceMonitor", "PrometheusRule",
				"StatefulSet", "HTTPRoute", "Job", "CronJob", "Pod");
	}

	@Test
	void aCanaryBehindTheSameServiceHasItsPartOfThePods() {
		Rendered rendered = Chart.render("values/canary-deployment", Chart.NEWEST);
		assertThat(rendered.named("Deployment", "edge-openclaw-gateway-canary").at("/spec/replicas").asInt())
			.isEqualTo(1);
		assertThat(rendered.named("Service", "edge-openclaw-gateway").at("/spec/selector").has("openclaw.io/track"))
			.isFalse();
	}

	@Test
	void aCanaryBehindARouteHasItsWeight() {
		JsonNode backends = Chart.render("values/canary-httproute", Chart.NEWEST)
			.one("HTTPRoute")
			.at("/spec/rules/0/backendRefs");
		assertThat(backends.at("/0/weight").asInt()).isEqualTo(90);
		assertThat(backends.at("/1/weight").asInt()).isEqualTo(10);
		assertThat(backends.at("/1/name").asString()).endsWith("-canary");
	}

	@ParameterizedTest
	@MethodSource("sets")
	void noPodHasMoreRightsThanItNeeds(String valueSet) {
		for (JsonNode pod : Chart.render(valueSet, Chart.NEWEST).pods()) {
			assertThat(pod.at("/spec/automountServiceAccountToken").asBoolean(true)).isFalse();
			assertThat(pod.at("/spec/securityContext/runAsNonRoot").asBoolean()).isTrue();
			assertThat(Rendered.text(pod, "/spec/securityContext/seccompProfile/type")).isEqualTo("RuntimeDefault");
			for (JsonNode container : pod.at("/spec/containers")) {
				JsonNode context = container.at("/securityContext");
				assertThat(context.at("/readOnlyRootFilesystem").asBoolean()).isTrue();
				assertThat(context.at("/allowPrivilegeEscalation").asBoolean(true)).isFalse();
				assertThat(Rendered.text(context, "/capabilities/drop/0")).isEqualTo("ALL");
				assertThat(container.at("/resources/limits/memory").isMissingNode()).isFalse();
			}
		}
	}

}
