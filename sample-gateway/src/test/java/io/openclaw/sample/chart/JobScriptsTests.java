package io.openclaw.sample.chart;

import java.io.IOException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

import io.openclaw.sample.process.Script;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

/**
 * What the chart's Jobs do, with the shell and the curl of this machine.
 */
@DisabledOnOs(OS.WINDOWS)
class JobScriptsTests {

	private static final String PARTS = "# openclaw-buckets 1\nZmlyc3Q=\nc2Vjb25k\n";

	private static final String SNAPSHOT = PARTS
			+ "# sha256 b177c4e37b0a526497aa8b52dd9e9283a4e516579e317d88dd8438f0950d94ab 2\n";

	@TempDir
	Path directory;

	private Script run(String script, Map<String, String> environment) {
		return Script.run(this.directory, environment, List.of("sh", Chart.DIRECTORY.resolve(script).toString()));
	}

	private static Map<String, String> analysis(StubServer prometheus) {
		Map<String, String> environment = new HashMap<>(Map.of("PROMETHEUS", prometheus.url(), "CANARY",
				"pod=~\"canary\"", "OTHERS", "pod=~\"others\"", "SECONDS_TO_COMPARE", "0", "MIN_REQUESTS", "100"));
		environment.putAll(Map.of("MAX_ERROR_DIFFERENCE", "0.01", "MAX_LATENCY_RATIO", "1.5", "LATENCY_FLOOR_SECONDS",
				"0.05", "MAX_WRONG_REJECTION_DIFFERENCE", "0.005"));
		return environment;
	}

	/**
	 * Answers as Prometheus does.
	 * @param values for the canary: requests, errors, p95, decisions, wrong rejections;
	 * for the others a thousand requests without an error, p95 of 0.1 s and no wrong
	 * rejection
	 * @return what to answer
	 */
	private static StubServer prometheus(String... values) {
		String[] others = { "1000", "0", "0.1", "1000", "0" };
		return new StubServer((uri) -> {
			String query = URLDecoder.decode(uri, StandardCharsets.UTF_8);
			int index = query.contains("violations") ? 4
					: query.contains("decisions") ? 3 : query.contains("quantile") ? 2 : query.contains("5..") ? 1 : 0;
			String value = (query.contains("\"canary\"") ? values : others)[index];
			String result = value.isEmpty() ? "" : "{\"metric\":{},\"value\":[1764404061.1,\"" + value + "\"]}";
			return "{\"status\":\"success\",\"data\":{\"resultType\":\"vector\",\"result\":[" + result + "]}}";
		});
	}

	private Script analyse(String... values) {
		try (StubServer prometheus = prometheus(values)) {
			return run("files/jobs/analyse-canary.sh", analysis(prometheus));
		}
	}

	@Test
	void aCanaryLikeTheOthersPasses() {
		Script outcome = analyse("500", "2", "0.12", "500", "1");
		assertThat(outcome.output()).contains("The canary is as good as the others.");
		assertThat(outcome.status()).isZero();
	}

	@Test
	void aQuickCanaryWithoutSeriesOfErrorsPasses() {
		assertThat(analyse("500", "", "0.049", "500", "").status()).isZero();
	}

	@Test
	void aWorseCanaryFailsAndItIsSaidInWhat() {
		Script outcome = analyse("500", "50", "0.2", "500", "5");
		assertThat(outcome.output()).contains("5xx than the others", "slower than the others",
				"what the budget has tokens for");
		assertThat(outcome.status()).isOne();
	}

	@Test
	void aCanaryThatNobodyAskedFails() {
		Script outcome = analyse("", "", "NaN", "", "");
		assertThat(outcome.output()).contains("that says nothing");
		assertThat(outcome.status()).isOne();
	}

	@Test
	void aPrometheusThatDoesNotAnswerFails() {
		StubServer prometheus = prometheus();
		prometheus.close();
		assertThat(run("files/jobs/analyse-canary.sh", analysis(prometheus)).status()).isNotZero();
	}

	private Map<String, String> volume(StubServer gateway) {
		return new HashMap<>(Map.of("GATEWAY", gateway.url(), "SNAPSHOTS", this.directory.toString(), "KEEP", "2",
				"API_KEY", "operator"));
	}

	private List<String> snapshots() throws IOException {
		try (Stream<Path> files = Files.list(this.directory)) {
			return files.map((file) -> file.getFileName().toString())
				.filter((name) -> name.endsWith(".snapshot"))
				.sorted()
				.toList();
		}
	}

	@Test
	void snapshotsAreSavedAndRestoredLineByLine() throws IOException {
		try (StubServer gateway = new StubServer((uri) -> SNAPSHOT)) {
			Files.writeString(this.directory.resolve("buckets-20200101T000000Z.snapshot"), "old");
			Files.writeString(this.directory.resolve("buckets-20200102T000000Z.snapshot"), "old");
			assertThat(run("files/jobs/snapshot.sh", volume(gateway)).output()).contains("2 parts, sha256 ");
			assertThat(snapshots()).as("the oldest is gone")
				.hasSize(2)
				.doesNotContain("buckets-20200101T000000Z.snapshot");
			Map<String, String> environment = volume(gateway);
			environment.put("SNAPSHOT", snapshots().get(1));
			assertThat(run("files/jobs/restore.sh", environment).output()).contains("Merged 2 parts");
			assertThat(gateway.sent().stream().filter((sent) -> "POST".equals(sent.method())))
				.extracting(StubServer.Sent::body, StubServer.Sent::apiKey)
				.containsExactly(tuple("{\"part\":\"Zmlyc3Q=\"}", "operator"),
						tuple("{\"part\":\"c2Vjb25k\"}", "operator"));
		}
	}

	@ParameterizedTest
	@MethodSource("damaged")
	void aSnapshotThatIsNotWholeIsNotMergedAndTheFileIsNamed(String content, String problem) throws IOException {
		try (StubServer gateway = new StubServer((uri) -> "")) {
			Files.writeString(this.directory.resolve("buckets.snapshot"), content);
			Map<String, String> environment = volume(gateway);
			environment.put("SNAPSHOT", "buckets.snapshot");
			Script outcome = run("files/jobs/restore.sh", environment);
			assertThat(outcome.output()).isEqualTo("buckets.snapshot " + problem + ".\nNothing was merged.\n");
			assertThat(outcome.status()).isOne();
			assertThat(gateway.sent()).isEmpty();
		}
	}

	static Stream<Arguments> damaged() {
		return Stream.of(Arguments.of(PARTS, "is truncated"),
				Arguments.of("# openclaw-buckets 1\nZmly", "is truncated"),
				Arguments.of(SNAPSHOT.replace("Zmlyc3Q=", "Zmlyc3R="), "was altered"),
				Arguments.of(SNAPSHOT.replace("c2Vjb25k\n", ""), "was altered"),
				Arguments.of(SNAPSHOT.replace("buckets 1", "buckets 2"),
						"is of a version that this script does not know"),
				Arguments.of("Zmlyc3Q=\n", "is no snapshot"), Arguments.of("", "is no snapshot"));
	}

	@Test
	void aDownloadThatBrokeOffIsNotKept() throws IOException {
		try (StubServer gateway = new StubServer((uri) -> PARTS)) {
			Script outcome = run("files/jobs/snapshot.sh", volume(gateway));
			assertThat(outcome.output()).contains(".snapshot is truncated.");
			assertThat(outcome.status()).isOne();
			assertThat(snapshots()).isEmpty();
		}
	}

	@Test
	void snapshotsGoToAnS3BucketSignedAndComeBack() {
		try (StubServer gateway = new StubServer((uri) -> SNAPSHOT); StubServer s3 = new StubServer((uri) -> "")) {
			Map<String, String> environment = volume(gateway);
			environment.putAll(Map.of("S3_URL", s3.url() + "/backups", "S3_REGION", "eu-central-1", "S3_ACCESS_KEY",
					"someone", "S3_SECRET_KEY", "secret"));
			assertThat(run("files/jobs/snapshot.sh", environment).status()).isZero();
			assertThat(s3.sent()).hasSize(1).allSatisfy((sent) -> {
				assertThat(sent.method()).isEqualTo("PUT");
				assertThat(sent.authorization()).startsWith("AWS4-HMAC-SHA256 Credential=someone/")
					.contains("/eu-central-1/s3/aws4_request")
					.contains("x-amz-content-sha256");
			});
			String name = s3.sent().element().uri().replace("/backups/", "");
			assertThat(s3.stored()).containsEntry("/backups/" + name, SNAPSHOT);
			environment.put("SNAPSHOT", name);
			assertThat(run("files/jobs/restore.sh", environment).output()).contains("Merged 2 parts");
		}
	}

	@Test
	void theFleetIsTestedByItsSize() {
		try (StubServer gateway = new StubServer((uri) -> "{\"self\":\"a\",\"fleetSize\":3,\"lagMillis\":0}")) {
			Map<String, String> environment = Map.of("GATEWAY", gateway.url(), "GATEWAYS", "3");
			assertThat(run("files/tests/fleet.sh", environment).output()).contains("3 gateways share one budget");
		}
	}

}
