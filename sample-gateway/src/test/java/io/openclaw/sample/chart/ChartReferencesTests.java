package io.openclaw.sample.chart;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.StreamSupport;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What one object says of another holds.
 */
class ChartReferencesTests {

	static Collection<String> sets() {
		return Chart.valueSets().keySet();
	}

	private static Rendered render(String valueSet) {
		return Chart.render(valueSet, Chart.NEWEST);
	}

	@ParameterizedTest
	@MethodSource("sets")
	void selectorsMatchTheLabelsOfPods(String valueSet) {
		Rendered rendered = render(valueSet);
		for (JsonNode object : rendered.objects()) {
			for (JsonNode selector : selectorsOfPods(object)) {
				assertThat(rendered.pods()).as(() -> Rendered.describe(object) + " selects " + selector)
					.anyMatch((pod) -> matches(selector, pod.at("/metadata/labels")));
			}
		}
	}

	@ParameterizedTest
	@MethodSource("sets")
	void workloadsSelectTheirOwnPodsAndNoOthers(String valueSet) {
		Rendered rendered = render(valueSet);
		List<JsonNode> workloads = new ArrayList<>(rendered.ofKind("Deployment"));
		workloads.addAll(rendered.ofKind("StatefulSet"));
		for (JsonNode workload : workloads) {
			assertThat(rendered.pods()
				.stream()
				.filter((pod) -> matches(workload.at("/spec/selector/matchLabels"), pod.at("/metadata/labels"))))
				.as(Rendered.describe(workload))
				.containsExactly(Rendered.podOf(workload));
		}
	}

	@ParameterizedTest
	@MethodSource("sets")
	void servicesLeadToPortsThatPodsHave(String valueSet) {
		Rendered rendered = render(valueSet);
		for (JsonNode service : rendered.ofKind("Service")) {
			for (JsonNode pod : rendered.pods()) {
				if (matches(service.at("/spec/selector"), pod.at("/metadata/labels"))) {
					for (JsonNode port : service.at("/spec/ports")) {
						assertThat(portNames(pod)).as(Rendered.describe(service))
							.contains(Rendered.text(port, "/targetPort"));
					}
				}
			}
		}
	}

	@ParameterizedTest
	@MethodSource("sets")
	void probesAskPortsThatTheContainerHas(String valueSet) {
		for (JsonNode pod : render(valueSet).pods()) {
			for (JsonNode container : pod.at("/spec/containers")) {
				for (String probe : List.of("/startupProbe", "/livenessProbe", "/readinessProbe")) {
					for (String kind : List.of("/httpGet/port", "/tcpSocket/port")) {
						String port = Rendered.text(container, probe + kind);
						assertThat(port.isEmpty() || portNames(pod).contains(port)).as(probe + " asks " + port)
							.isTrue();
					}
				}
			}
		}
	}

	@ParameterizedTest
	@MethodSource("sets")
	void policiesNamePortsOfThePodsThatTheyGuard(String valueSet) {
		Rendered rendered = render(valueSet);
		for (JsonNode policy : rendered.ofKind("NetworkPolicy")) {
			for (JsonNode pod : rendered.pods()) {
				if (matches(policy.at("/spec/podSelector/matchLabels"), pod.at("/metadata/labels"))) {
					for (JsonNode rule : policy.at("/spec/ingress")) {
						rule.at("/ports")
							.forEach((port) -> assertThat(portNames(pod)).contains(Rendered.text(port, "/port")));
					}
				}
			}
		}
	}

	@ParameterizedTest
	@MethodSource("sets")
	void routesAndAutoscalersPointToWhatThereIs(String valueSet) {
		Rendered rendered = render(valueSet);
		for (JsonNode route : rendered.ofKind("HTTPRoute")) {
			for (JsonNode backend : route.at("/spec/rules/0/backendRefs")) {
				JsonNode service = rendered.named("Service", Rendered.text(backend, "/name"));
				assertThat(service.at("/spec/ports/0/port")).isEqualTo(backend.at("/port"));
			}
		}
		for (String kind : List.of("HorizontalPodAutoscaler", "ScaledObject")) {
			for (JsonNode autoscaler : rendered.ofKind(kind)) {
				JsonNode target = rendered.named("Deployment", Rendered.text(autoscaler, "/spec/scaleTargetRef/name"));
				assertThat(target.at("/spec/replicas").isMissingNode()).isTrue();
			}
		}
	}

	@ParameterizedTest
	@MethodSource("sets")
	void monitorsSelectOneServiceAndAPortOfIt(String valueSet) {
		Rendered rendered = render(valueSet);
		for (JsonNode monitor : rendered.ofKind("ServiceMonitor")) {
			List<JsonNode> services = rendered.ofKind("Service")
				.stream()
				.filter((service) -> matches(monitor.at("/spec/selector/matchLabels"), service.at("/metadata/labels")))
				.toList();
			assertThat(services).as("with two, each gateway is scraped twice").hasSize(1);
			assertThat(Rendered.text(services.get(0), "/spec/ports/0/name"))
				.isEqualTo(Rendered.text(monitor, "/spec/endpoints/0/port"));
		}
	}

	@ParameterizedTest
	@MethodSource("sets")
	void everythingThatAPodReadsIsThereUnlessItIsTheUsers(String valueSet) {
		Rendered rendered = render(valueSet);
		Set<String> users = Set.of("gateway-secrets", "s3", "pull", "default");
		for (JsonNode pod : rendered.pods()) {
			Set<String> volumes = new HashSet<>();
			for (JsonNode volume : pod.at("/spec/volumes")) {
				volumes.add(Rendered.text(volume, "/name"));
				exists(rendered, "ConfigMap", Rendered.text(volume, "/configMap/name"), users);
				exists(rendered, "PersistentVolumeClaim", Rendered.text(volume, "/persistentVolumeClaim/claimName"),
						users);
			}
			exists(rendered, "ServiceAccount", Rendered.text(pod, "/spec/serviceAccountName"), users);
			for (JsonNode container : pod.at("/spec/containers")) {
				Set<String> variables = new HashSet<>();
				for (JsonNode variable : container.at("/env")) {
					assertThat(variables.add(Rendered.text(variable, "/name"))).as(() -> "twice: " + variable).isTrue();
					String secret = Rendered.text(variable, "/valueFrom/secretKeyRef/name");
					exists(rendered, "Secret", secret, users);
					if (!secret.isEmpty() && !users.contains(secret)) {
						assertThat(rendered.named("Secret", secret)
							.at("/stringData")
							.has(Rendered.text(variable, "/valueFrom/secretKeyRef/key"))).as(variable.toString())
							.isTrue();
					}
				}
				for (JsonNode mount : container.at("/volumeMounts")) {
					if (!isClaimTemplate(rendered, Rendered.text(mount, "/name"))) {
						assertThat(volumes).contains(Rendered.text(mount, "/name"));
					}
				}
			}
		}
	}

	@ParameterizedTest
	@MethodSource("sets")
	void namesAreShortEnoughForWhatKubernetesAppends(String valueSet) {
		for (JsonNode object : render(valueSet).objects()) {
			int most = "CronJob".equals(Rendered.text(object, "/kind")) ? 52 : 63;
			assertThat(Rendered.text(object, "/metadata/name")).hasSizeLessThanOrEqualTo(most);
			assertThat(Rendered.text(object, "/metadata/namespace")).isEqualTo(Chart.NAMESPACE);
		}
	}

	private static boolean isClaimTemplate(Rendered rendered, String name) {
		return rendered.ofKind("StatefulSet")
			.stream()
			.flatMap((set) -> StreamSupport.stream(set.at("/spec/volumeClaimTemplates").spliterator(), false))
			.anyMatch((claim) -> name.equals(Rendered.text(claim, "/metadata/name")));
	}

	private static void exists(Rendered rendered, String kind, String name, Set<String> users) {
		if (!name.isEmpty() && !users.contains(name)) {
			rendered.named(kind, name);
		}
	}

	private static List<JsonNode> selectorsOfPods(JsonNode object) {
		List<JsonNode> selectors = new ArrayList<>();
		switch (Rendered.text(object, "/kind")) {
			case "Service" -> selectors.add(object.at("/spec/selector"));
			case "Deployment", "StatefulSet", "PodDisruptionBudget" ->
				selectors.add(object.at("/spec/selector/matchLabels"));
			case "NetworkPolicy" -> {
				selectors.add(object.at("/spec/podSelector/matchLabels"));
				for (JsonNode rule : object.at("/spec/egress")) {
					JsonNode labels = rule.at("/to/0/podSelector/matchLabels");
					if (labels.has("app.kubernetes.io/instance")) {
						selectors.add(labels);
					}
				}
			}
			default -> {
			}
		}
		for (JsonNode constraint : Rendered.podOf(object).at("/spec/topologySpreadConstraints")) {
			selectors.add(constraint.at("/labelSelector/matchLabels"));
		}
		return selectors;
	}

	private static boolean matches(JsonNode selector, JsonNode labels) {
		Map<String, String> wanted = Rendered.map(selector);
		return !wanted.isEmpty() && Rendered.map(labels).entrySet().containsAll(wanted.entrySet());
	}

	private static Set<String> portNames(JsonNode pod) {
		Set<String> names = new HashSet<>();
		for (JsonNode container : pod.at("/spec/containers")) {
			container.at("/ports").forEach((port) -> names.add(Rendered.text(port, "/name")));
		}
		return names;
	}

}
