package io.openclaw.sample.process;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

import io.openclaw.tokenbucket.testing.RedisExtension;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * The drill of {@code docs/disaster-recovery.md}: a snapshot, everything lost, Redis
 * included, and restored through one gateway, by the scripts of the chart's Jobs.
 */
@DisabledOnOs(OS.WINDOWS)
class RestoredFleetTests {

	private static final Path JOBS = Path.of("../helm/openclaw-gateway/files/jobs").toAbsolutePath();

	private static final String ENDPOINT = "tokenbucketsnapshot";

	private static final double CAPACITY = 1000;

	private static final double REFILL_RATE = 0.2;

	@RegisterExtension
	static final RedisExtension redis = new RedisExtension();

	@TempDir
	private Path directory;

	private final List<GatewayProcess> started = new ArrayList<>();

	@AfterEach
	void end() {
		this.started.forEach(GatewayProcess::close);
	}

	@Test
	void aFleetThatLostEverythingIsAsItWasOnceOneGatewayHasMergedTheSnapshot() throws IOException {
		List<GatewayProcess> lost = start();
		int admitted = spend(lost, 300);
		await("both know it").atMost(Duration.ofSeconds(60))
			.untilAsserted(() -> assertThat(lost)
				.allSatisfy((gateway) -> assertThat(level(gateway)).isLessThan(CAPACITY - admitted + refilledIn(60))));
		long since = System.nanoTime();
		String saved = job("snapshot.sh", lost.get(0), "", 0);
		String snapshot = onlySnapshot();
		lost.forEach(GatewayProcess::kill);
		redis.stop();
		redis.start();

		List<GatewayProcess> fresh = start();
		assertThat(fresh).allSatisfy((gateway) -> assertThat(level(gateway)).isEqualTo(CAPACITY));
		Files.writeString(this.directory.resolve("damaged.snapshot"),
				Files.readString(this.directory.resolve(snapshot)).replaceFirst("\n.", "\nx"));
		String refused = job("restore.sh", fresh.get(0), "damaged.snapshot", 1);
		assertThat(refused).contains("damaged.snapshot was altered", "Nothing was merged");
		assertThat(fresh).allSatisfy((gateway) -> assertThat(level(gateway)).isEqualTo(CAPACITY));

		String restored = job("restore.sh", fresh.get(0), snapshot, 0);
		List<Double> levels = new ArrayList<>();
		await("the other one, too").atMost(Duration.ofSeconds(30)).untilAsserted(() -> {
			levels.clear();
			fresh.forEach((gateway) -> levels.add(level(gateway)));
			double refilled = REFILL_RATE * (System.nanoTime() - since) / 1e9;
			assertThat(levels).allSatisfy((level) -> assertThat(level).isBetween(CAPACITY - admitted,
					CAPACITY - admitted + refilledIn(60) + refilled));
		});
		System.out.printf("%d of %.0f tokens were spent%n%s%s%sthe levels are %s%n", admitted, CAPACITY, saved, refused,
				restored, levels);
	}

	private List<GatewayProcess> start() {
		List<GatewayProcess> fleet = Stream.of("a", "b").map(RestoredFleetTests::start).toList();
		this.started.addAll(fleet);
		fleet.forEach(GatewayProcess::awaitReady);
		fleet.forEach((gateway) -> gateway.awaitFleetSize(fleet.size(), Duration.ofSeconds(60)));
		return fleet;
	}

	private static GatewayProcess start(String node) {
		List<String> arguments = new ArrayList<>(GatewayProcess.addressOf(redis));
		arguments.add(GatewayProcess.TEST_CONFIGURATION);
		arguments.add("--management.endpoints.web.exposure.include=health,tokenbuckets,replication," + ENDPOINT);
		arguments.add("--management.endpoint." + ENDPOINT + ".access=unrestricted");
		return GatewayProcess.start(node, arguments, 256, Map.of("OPENCLAW_API_KEY", "operator"));
	}

	private static int spend(List<GatewayProcess> fleet, int requests) {
		try (Load load = new Load(fleet, "/slow", "partner")) {
			Tally tally = load.burst(requests, 8);
			assertThat(tally.others()).isEmpty();
			return tally.admitted();
		}
	}

	private String job(String script, GatewayProcess gateway, String snapshot, int status) {
		Map<String, String> environment = new HashMap<>();
		environment.put("GATEWAY", gateway.uri("").toString());
		environment.put("SNAPSHOTS", this.directory.toString());
		environment.put("KEEP", "14");
		environment.put("SNAPSHOT", snapshot);
		environment.put("API_KEY", "operator");
		Script ended = Script.run(this.directory, environment, List.of("sh", JOBS.resolve(script).toString()));
		assertThat(ended.status()).as(ended.output()).isEqualTo(status);
		return ended.output();
	}

	private String onlySnapshot() throws IOException {
		try (Stream<Path> files = Files.list(this.directory)) {
			return files.map((file) -> file.getFileName().toString())
				.filter((name) -> name.endsWith(".snapshot"))
				.reduce((one, other) -> one + " and " + other)
				.orElseThrow();
		}
	}

	/** A gateway does not hold a bucket that nobody has asked for: it is full. */
	private static double level(GatewayProcess gateway) {
		String path = "/actuator/tokenbuckets/slow/partner";
		return (gateway.get(path).statusCode() == 404) ? CAPACITY : gateway.json(path).required("level").asDouble();
	}

	private static double refilledIn(int seconds) {
		return REFILL_RATE * seconds;
	}

}
