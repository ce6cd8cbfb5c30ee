package io.openclaw.sample.chart;

import java.util.List;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatException;

/**
 * What cannot work is refused before anything is installed, and it is said how to mend
 * it.
 */
class ChartRefusalsTests {

	private static final String PROMETHEUS = "prometheus.url=http://prometheus:9090";

	static Stream<Arguments> combinations() {
		return Stream.of(refused("redis.kind=none gives every gateway a budget of its own", "redis.kind=none"),
				refused("redis.kind=none gives", "redis.kind=none", "replicaCount=1", "autoscaling.kind=hpa"),
				refused("Set redis.kind to statefulset or external", "redis.kind=none", "replicaCount=1",
						"redis.buses[0].name=two"),
				refused("redis.external.host", "redis.kind=external"),
				refused("Set at least 70", "drain.requestSeconds=50"),
				refused("Set one of them to 1", "rollout.maxSurge=0"),
				refused("Swap or raise them", "autoscaling.kind=hpa", "autoscaling.minReplicas=16"),
				refused("autoscaling has no metric", "autoscaling.kind=hpa",
						"autoscaling.requestsPerSecond.enabled=false"),
				refused("set prometheus.url", "autoscaling.kind=keda"),
				refused("enable autoscaling.requestsPerSecond", "autoscaling.kind=keda", PROMETHEUS,
						"autoscaling.requestsPerSecond.enabled=false", "autoscaling.depletion.enabled=true"),
				refused("set httpRoute.parentRefs", "httpRoute.enabled=true"),
				refused("set canary.tag", "canary.kind=deployment", PROMETHEUS),
				refused("set canary.kind=deployment", "canary.kind=httproute", "canary.tag=v2", PROMETHEUS),
				refused("canary.analysis.enabled=false", "canary.kind=deployment", "canary.tag=v2"),
				refused("secret.fleet would not be read", "secret.existing=mine", "secret.fleet=abc"),
				refused("snapshot.s3.endpoint", "snapshot.enabled=true", "snapshot.target=s3"),
				refused("set secret.apiKey", "restore.snapshot=buckets-1.snapshot"),
				refused("needs a key", "restore.snapshot=buckets-1.snapshot", "secret.existing=mine",
						"secret.keys.apiKey="),
				refused("names the limit \"gold\"", "config.routes[0].id=a", "config.routes[0].uri=forward:/a",
						"config.routes[0].filters[0]=TokenBucket=gold"),
				refused("Give it another id", "config.routes[0].id=ready", "config.routes[0].uri=forward:/a"),
				refused("Name it in networkPolicy.upstreams", "config.routes[0].id=a",
						"config.routes[0].uri=http://orders:8080"),
				refused("config.buckets.orders has no capacity", "config.buckets.orders.refill-tokens=1"),
				refused("either refill-rate-per-second", "config.buckets.orders.capacity=1"),
				refused("extraEnv has JAVA_TOOL_OPTIONS", "extraEnv[0].name=JAVA_TOOL_OPTIONS"));
	}

	static Stream<Arguments> values() {
		return Stream.of(refused("replicaCount", "replicaCount=-1"), refused("replicas", "replicas=3"),
				refused("redis/kind", "redis.kind=cluster"), refused("autoscaling/kind", "autoscaling.kind=vpa"),
				refused("depletion/target", "autoscaling.depletion.target=90"),
				refused("service/port", "service.port=0"), refused("weight", "canary.weight=90"),
				refused("prometheus/url", "prometheus.url=prometheus:9090"),
				refused("capacity", "config.buckets.rating.capacity=0"),
				refused("consistency", "config.buckets.rating.consistency=exact"),
				refused("digest", "image.digest=latest"), refused("flags", "jvm.flags[0]=Xmx256m"));
	}

	private static Arguments refused(String sentence, String... values) {
		return Arguments.of(sentence, List.of(values));
	}

	@ParameterizedTest
	@MethodSource("combinations")
	void aCombinationThatCannotWorkIsRefusedWithItsMend(String sentence, List<String> values) {
		assertThatException().isThrownBy(() -> Chart.render(values))
			.satisfies((refusal) -> assertThat(refusal.getMessage()).contains(sentence));
	}

	@ParameterizedTest
	@MethodSource("values")
	void aWrongValueIsRefusedByName(String name, List<String> values) {
		assertThatException().isThrownBy(() -> Chart.render(values))
			.satisfies((refusal) -> assertThat(refusal.getMessage()).contains(name));
	}

	@Test
	void valuesOfAParentChartAreTaken() {
		assertThat(Chart.render(List.of("global.imageRegistry=registry.example.com")).objects()).isNotEmpty();
	}

	@Test
	void aRouteToAServiceIsTakenOnceThePolicyKnowsIt() {
		assertThat(Chart.render(List.of("config.routes[0].id=a", "config.routes[0].uri=http://orders:8080",
				"networkPolicy.upstreams[0].ports[0].port=8080"))
			.objects()).isNotEmpty();
	}

}
