package io.openclaw.sample.process;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

import com.sun.net.httpserver.HttpServer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

import io.openclaw.sample.chaos.network.Network;
import io.openclaw.tokenbucket.testing.RedisExtension;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The scripts of {@code docs/multi-region} against three gateways, of which one is cut
 * from the others for a while. How fast this machine is does not decide.
 */
@DisabledOnOs(OS.WINDOWS)
class MultiRegionScriptsTests {

	private static final Path SCRIPTS = Path.of("../docs/multi-region").toAbsolutePath().normalize();

	private static final List<String> REGIONS = List.of("us-east-1", "eu-west-1", "ap-southeast-1");

	private static final String CAPACITY = "100";

	private static final String RATE = "30";

	@RegisterExtension
	static final RedisExtension redis = new RedisExtension();

	private static final Map<String, GatewayProcess> gateways = new LinkedHashMap<>();

	private static Network network;

	private static HttpServer switches;

	@TempDir
	Path directory;

	@BeforeAll
	static void start() throws IOException {
		network = new Network(redis.port(), REGIONS);
		REGIONS.forEach((region) -> gateways.put(region, start(region)));
		gateways.values().forEach(GatewayProcess::awaitReady);
		gateways.values().forEach((gateway) -> gateway.awaitFleetSize(REGIONS.size(), Duration.ofSeconds(60)));
		switches = HttpServer.create(new InetSocketAddress("127.0.0.1", 0), 0);
		offer("/cut", () -> network.cut(REGIONS.subList(2, 3), REGIONS.subList(0, 2)));
		offer("/heal", network::heal);
		switches.start();
		try (Load load = new Load(List.copyOf(gateways.values()), "/large", "warm-up")) {
			load.burst(1500, 16);
		}
	}

	private static GatewayProcess start(String region) {
		return GatewayProcess.start(region,
				List.of(GatewayProcess.TEST_CONFIGURATION, "--spring.data.redis.host=" + redis.host(),
						"--spring.data.redis.port=" + network.port(region), "--openclaw.node.region=" + region));
	}

	private static void offer(String path, Runnable action) {
		switches.createContext(path, (exchange) -> {
			action.run();
			exchange.sendResponseHeaders(204, -1);
			exchange.close();
		});
	}

	@AfterAll
	static void stop() {
		gateways.values().forEach(GatewayProcess::close);
		network.close();
		switches.stop(0);
	}

	@Test
	void aCutOffRegionChangesNothingForCallers() {
		String load = run(0, "load.sh", "-p", "/regions", "-k", "partner", "-t", "3", "-c", "curl -fs " + at("/cut"),
				"-m", "curl -fs " + at("/heal"), urls());
		assertThat(load).contains("before: 3 s", "cut: 3 s", "healed: 3 s");
		assertThat(network.lost()).as("messages that the cut lost").isPositive();
		// At once, as a bucket that is full again is forgotten.
		assertThat(run(0, "check.py", "fleet", "--limit", "regions", "--key", "partner", "--rate", RATE, "--lag",
				"2000", urls()))
			.contains("fleet: each counts [3, 3, 3]", "state: healthy", "lag: ", "levels ");
		String asked = run(0, "check.py", "load", "load.csv", "--capacity", CAPACITY, "--rate", RATE, "--p50", "2000",
				"--p95", "5000");
		assertThat(asked).contains("p50: ", "p95: ", "errors, before (0 of", "errors, cut (0 of",
				"errors, healed (0 of", "consumption: ");
		assertThat(run(1, "check.py", "load", "load.csv", "--capacity", "500", "--rate", RATE, "--p50", "0"))
			.contains("BROKEN p50", "BROKEN consumption");
	}

	@Test
	void aGatewayThatIsNotThereIsNoVerdict() {
		assertThat(run(2, "check.py", "fleet", "http://127.0.0.1:1")).contains("could not be tried: ");
		assertThat(run(1, "load.sh", "-t", "1", "-r", "2", "http://127.0.0.1:1")).contains("No gateway answered.");
		assertThat(run(2, "load.sh")).contains("usage: load.sh");
	}

	private static String urls() {
		return String.join(" ", gateways.values().stream().map((gateway) -> gateway.uri("").toString()).toList());
	}

	private static String at(String path) {
		return "http://127.0.0.1:" + switches.getAddress().getPort() + path;
	}

	/** Runs a script in a directory of its own; addresses in one argument are several. */
	private String run(int status, String script, String... arguments) {
		List<String> command = Stream.concat(Stream.of(SCRIPTS.resolve(script).toString()), Stream.of(arguments))
			.flatMap((argument) -> argument.startsWith("http") ? Stream.of(argument.split(" ")) : Stream.of(argument))
			.toList();
		Script ended = Script.run(this.directory, Map.of(), command);
		System.out.printf("$ %s %s%n%s", script, String.join(" ", arguments), ended.output());
		assertThat(ended.status()).as(ended.output()).isEqualTo(status);
		return ended.output();
	}

}
