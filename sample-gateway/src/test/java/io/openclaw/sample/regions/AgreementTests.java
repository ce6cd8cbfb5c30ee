package io.openclaw.sample.regions;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.http.MediaType;
import org.springframework.web.reactive.function.client.WebClient;

import io.openclaw.sample.SampleGatewayApplication;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * What callers got, and what endpoint, metrics, console and audit say of it, on three
 * gateways under load.
 */
class AgreementTests {

	private static final JsonMapper JSON = JsonMapper.builder().build();

	private static final Duration PATIENCE = Duration.ofSeconds(30);

	private static final int REQUESTS = 400;

	private static final int KEYS = 4;

	@TempDir
	private Path directory;

	@Test
	void endpointMetricsConsoleAndAuditAgreeUnderLoad() {
		try (Regions regions = Regions.start(SampleGatewayApplication.class,
				List.of("--server.port=0", "--spring.data.redis.port=0", "--BUCKET_CAPACITY=200",
						"--REFILL_INTERVAL_MS=3600000", "--openclaw.circuit-breaker.latency-threshold=20s",
						"--openclaw.audit.file=" + this.directory + "/${openclaw.node.region}.jsonl",
						"--openclaw.recording.file=" + this.directory + "/${openclaw.node.region}.recording"))) {
			List<WebClient> gateways = regions.gateways().stream().map(AgreementTests::client).toList();
			gateways.forEach((gateway) -> await().atMost(PATIENCE)
				.until(() -> json(gateway, "/actuator/replication").at("/fleetSize").asInt() == 3));
			List<Map<Integer, Long>> answers = Objects.requireNonNull(
					Flux.fromIterable(gateways).flatMapSequential(AgreementTests::load).collectList().block());
			for (int i = 0; i < gateways.size(); i++) {
				assertAgreement(gateways.get(i), answers.get(i));
			}
			assertThat(answers.stream().mapToLong((answer) -> answer.get(200)).sum()).isBetween(200L * KEYS,
					210L * KEYS);
			assertThatTheAuditOfTheFleetAgrees(gateways);
			await().atMost(PATIENCE)
				.untilAsserted(() -> assertThat(read(this.directory.resolve("eu-central-1.recording")).lines())
					.anyMatch((line) -> line.startsWith("{\"kind\":\"start\""))
					.anyMatch((line) -> line.startsWith("{\"kind\":\"members\""))
					.filteredOn((line) -> line.startsWith("{\"kind\":\"decision\""))
					.hasSize(REQUESTS));
		}
	}

	private static Mono<Map<Integer, Long>> load(WebClient gateway) {
		return Flux.range(0, REQUESTS)
			.flatMap((i) -> gateway.get()
				.uri("/rate")
				.header("X-API-Key", "key-" + i % KEYS)
				.exchangeToMono((answer) -> answer.releaseBody().thenReturn(answer.statusCode().value())), 16)
			.collectMultimap((status) -> status)
			.map((byStatus) -> Map.of(200, size(byStatus.get(200)), 429, size(byStatus.get(429))));
	}

	private static long size(Collection<?> found) {
		return (found != null) ? found.size() : 0;
	}

	private void assertAgreement(WebClient gateway, Map<Integer, Long> answers) {
		long admitted = answers.get(200);
		long rejected = answers.get(429);
		assertThat(admitted + rejected).isEqualTo(REQUESTS);
		JsonNode endpoint = json(gateway, "/actuator/tokenbuckets/rating");
		assertThat(endpoint.at("/admitted").asLong()).isEqualTo(admitted);
		assertThat(endpoint.at("/rejected").asLong()).isEqualTo(rejected);
		assertThat(sum(endpoint.at("/busiest"), "consumedHere")).isEqualTo(admitted);
		assertThat(sum(endpoint.at("/mostRejected"), "rejectedHere")).isEqualTo(rejected);
		String page = text(gateway, "/metrics");
		assertThat(count(page, "outcome=\"admitted\"")).isEqualTo(admitted);
		assertThat(count(page, "outcome=\"rejected\"")).isEqualTo(rejected);
		JsonNode console = JSON.readTree(firstSample(gateway)).at("/decisions/rating");
		assertThat(console.at("/admitted").asLong()).isEqualTo(admitted);
		assertThat(console.at("/rejected").valueStream().mapToLong(JsonNode::asLong).sum()).isEqualTo(rejected);
		String self = json(gateway, "/actuator/replication").at("/self").asString();
		await().atMost(PATIENCE).untilAsserted(() -> assertThat(audited(self)).isEqualTo(admitted));
	}

	private void assertThatTheAuditOfTheFleetAgrees(List<WebClient> gateways) {
		List<String> command = new ArrayList<>(List.of("python3", "../docs/observability/audit.py"));
		auditFiles().forEach((file) -> command.add(file.toString()));
		for (JsonNode bucket : json(gateways.get(0), "/actuator/tokenbuckets/rating").at("/busiest")) {
			String path = "/actuator/tokenbuckets/rating/" + bucket.at("/key").asString();
			await().atMost(PATIENCE)
				.until(() -> gateways.stream().map((each) -> spent(each, path)).distinct().count() == 1);
			Path file = this.directory.resolve(bucket.at("/key").asString() + ".json");
			write(file, text(gateways.get(0), path));
			command.addAll(List.of("--bucket", file.toString()));
		}
		assertThat(run(command)).contains(", 0 double, 0 missing").contains("agrees with the files");
	}

	// Refill goes on meanwhile.
	private static List<Long> spent(WebClient gateway, String path) {
		return json(gateway, path).at("/members")
			.valueStream()
			.map((member) -> member.at("/consumed").asLong())
			.toList();
	}

	private long audited(String member) {
		return auditFiles().stream()
			.flatMap((file) -> read(file).lines())
			.filter((line) -> line.contains("\"member\":\"" + member + "\""))
			.count();
	}

	private List<Path> auditFiles() {
		try (Stream<Path> files = Files.list(this.directory)) {
			return files.filter((file) -> file.toString().endsWith(".jsonl")).toList();
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	private static long count(String page, String label) {
		return page.lines()
			.filter((line) -> line.startsWith("openclaw_rate_limit_decisions_total{bucket=\"rating\"")
					&& line.contains(label))
			.mapToLong((line) -> (long) Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
			.sum();
	}

	private static long sum(JsonNode entries, String field) {
		return entries.valueStream().mapToLong((entry) -> entry.at("/" + field).asLong()).sum();
	}

	private static String firstSample(WebClient gateway) {
		return Objects.requireNonNull(gateway.get()
			.uri("/actuator/console/events")
			.accept(MediaType.TEXT_EVENT_STREAM)
			.retrieve()
			.bodyToFlux(String.class)
			.blockFirst(PATIENCE));
	}

	private static JsonNode json(WebClient gateway, String path) {
		return JSON.readTree(text(gateway, path));
	}

	private static String text(WebClient gateway, String path) {
		return Objects.requireNonNull(gateway.get().uri(path).retrieve().bodyToMono(String.class).block(PATIENCE));
	}

	private static WebClient client(ConfigurableApplicationContext gateway) {
		return WebClient.builder()
			.codecs((codecs) -> codecs.defaultCodecs().maxInMemorySize(-1))
			.baseUrl("http://127.0.0.1:" + gateway.getEnvironment().getProperty("local.server.port"))
			.build();
	}

	private static String run(List<String> command) {
		try {
			Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
			String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
			assertThat(process.waitFor()).as(output).isZero();
			return output;
		}
		catch (IOException | InterruptedException ex) {
			throw new IllegalStateException(ex);
		}
	}

	private static String read(Path file) {
		try {
			return Files.readString(file);
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	private static void write(Path file, String text) {
		try {
			Files.writeString(file, text);
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

}
