package io.openclaw.sample.chart;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

import io.openclaw.tokenbucket.testing.RedisExtension;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * A gateway starts with what the chart renders, as it stands, and answers what the chart
 * has others ask.
 */
class ChartConfigurationTests {

	private static final Pattern METRIC = Pattern.compile("\\b(?:openclaw|spring_cloud_gateway)_[a-z_]+");

	@RegisterExtension
	static final RedisExtension redis = new RedisExtension("requirepass open-sesame");

	private static final Rendered rendered = Chart.render("values/all-on", Chart.NEWEST);

	private static MountedGateway gateway;

	@BeforeAll
	static void start(@TempDir Path directory) {
		gateway = MountedGateway.start(rendered, directory, redis.port());
		gateway.awaitReady(probe("readinessProbe"));
		gateway.get("/rate");
	}

	@AfterAll
	static void stop() {
		gateway.close();
	}

	@Test
	void probesAreAnswered() {
		for (String probe : Set.of("startupProbe", "livenessProbe", "readinessProbe")) {
			assertThat(gateway.get(probe(probe)).statusCode()).as(probe).isEqualTo(200);
		}
	}

	private static String probe(String name) {
		return Rendered.text(rendered.named("Deployment", "edge-openclaw-gateway"),
				"/spec/template/spec/containers/0/" + name + "/httpGet/path");
	}

	@Test
	void whatEndsAnExperimentIsAnswered() {
		assertThat(gateway.get("/actuator/health/budget").statusCode()).isEqualTo(200);
	}

	@Test
	void pathsOfTheRouteAreLimited() {
		assertThat(gateway.get("/rate").headers().allValues("RateLimit-Policy").toString()).contains("\"rating\";q=",
				"\"per-minute\";q=600;w=60");
	}

	@Test
	void limitsAreThoseOfTheChart() {
		assertThat(gateway.get("/status").body()).contains("\"revision\":7", "eu-central-1");
		assertThat(gateway.get("/actuator/replication").body()).contains("\"connected\":true");
	}

	@Test
	void theMonitorsPathHasWhatAutoscalersAndAnalysisAskFor() {
		String path = Rendered.text(rendered.one("ServiceMonitor"), "/spec/endpoints/0/path");
		String scraped = gateway.get(path).body();
		Set<String> asked = new TreeSet<>();
		for (String text : Set.of(rendered.one("HorizontalPodAutoscaler").toString(),
				Chart.render("values/keda", Chart.NEWEST).one("ScaledObject").toString(),
				Chart.render("values/external-metrics", Chart.NEWEST).one("HorizontalPodAutoscaler").toString(),
				Chart.read("examples/prometheus-adapter.yaml"), Chart.read("files/jobs/analyse-canary.sh"))) {
			Matcher matcher = METRIC.matcher(text);
			while (matcher.find()) {
				asked.add(matcher.group());
			}
		}
		assertThat(asked).contains("openclaw_requests_per_second", "openclaw_token_depletion_rate",
				"spring_cloud_gateway_requests_seconds_bucket");
		for (String metric : asked) {
			assertThat(scraped).containsPattern("(?m)^" + metric + "\\{");
		}
		assertThat(scraped).containsPattern(
				"spring_cloud_gateway_requests_seconds_count\\{[^}]*httpStatusCode=\"200\"[^}]*routeId=\"rating\"");
	}

	@Test
	void aRestoreNeedsTheKeyOfTheSecret() {
		assertThat(gateway.get("/actuator/tokenbucketsnapshot").statusCode()).isEqualTo(200);
		assertThat(gateway.post("/actuator/tokenbucketsnapshot", "{\"part\":\"\"}", "caller").statusCode())
			.isEqualTo(401);
	}

	@Test
	void aChangedConfigMapIsFollowed() {
		gateway.edit("capacity: 2000", "capacity: 3000");
		await().atMost(Duration.ofSeconds(30))
			.untilAsserted(() -> assertThat(gateway.get("/status").body()).contains("\"capacity\":3000.0"));
	}

}
