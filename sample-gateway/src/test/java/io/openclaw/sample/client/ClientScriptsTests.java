package io.openclaw.sample.client;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.http.HttpStatus;
import org.springframework.web.reactive.function.client.WebClient;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

/**
 * The clients of {@code docs/clients}, and that of the sample, against the sample: five
 * tokens, and another every 300 ms.
 */
@SpringBootTest(webEnvironment = WebEnvironment.RANDOM_PORT,
		properties = { "spring.data.redis.port=0", "BUCKET_CAPACITY=5", "REFILL_INTERVAL_MS=300" })
class ClientScriptsTests {

	private static final Path CLIENTS = Path.of("..", "docs", "clients");

	private static final int REQUESTS = 9;

	@LocalServerPort
	private int port;

	@TempDir
	private Path directory;

	static Stream<List<String>> clients() {
		return Stream.of(List.of("python3", "openclaw_client.py"), List.of("node", "openclaw-client.mjs"));
	}

	@ParameterizedTest
	@MethodSource("clients")
	void aRejectedClientWaitsAndIsServed(List<String> client) throws Exception {
		assertThat(run(client)).contains("\"served\":" + REQUESTS).doesNotContain("\"rejected\":0");
	}

	@ParameterizedTest
	@MethodSource("clients")
	void aClientThatPacesItselfIsNeverRejected(List<String> client) throws Exception {
		assertThat(run(client, "--pace")).contains("\"served\":" + REQUESTS).contains("\"rejected\":0");
	}

	@Test
	void theWebClientOfTheSampleWaitsAndIsServed() {
		WebClient client = WebClient.builder()
			.baseUrl("http://127.0.0.1:" + this.port)
			.defaultHeader("X-API-Key", "web-client")
			.filter(new RetryAfterExchangeFilterFunction(3, Duration.ofSeconds(5)))
			.build();
		for (int i = 0; i < REQUESTS; i++) {
			assertThat(client.get().uri("/rate").retrieve().toBodilessEntity().block(Duration.ofSeconds(20)))
				.satisfies((response) -> assertThat(response.getStatusCode()).isEqualTo(HttpStatus.OK));
		}
	}

	@ParameterizedTest
	@MethodSource("clients")
	void aClientThatIsNotToldWhomToCallSaysHowToUseIt(List<String> client) throws Exception {
		Ended ended = run(client, List.of());
		assertThat(ended.status()).isEqualTo(2);
		assertThat(ended.errors()).contains("usage:", client.get(1), "--pace").doesNotContain("    at ", "Traceback");
	}

	private String run(List<String> client, String... options) throws IOException, InterruptedException {
		List<String> arguments = new ArrayList<>(List.of("http://127.0.0.1:" + this.port, "--count", "" + REQUESTS,
				"--key", client.get(0) + String.join("", options)));
		arguments.addAll(List.of(options));
		Ended ended = run(client, arguments);
		assertThat(ended.status()).as(ended.errors()).isZero();
		return ended.output().replace(" ", "");
	}

	private Ended run(List<String> client, List<String> arguments) throws IOException, InterruptedException {
		assumeThat(isInstalled(client.get(0))).as("%s is installed", client.get(0)).isTrue();
		List<String> command = new ArrayList<>(List.of(client.get(0), CLIENTS.resolve(client.get(1)).toString()));
		command.addAll(arguments);
		Path output = this.directory.resolve("out");
		Path errors = this.directory.resolve("err");
		Process process = new ProcessBuilder(command).redirectOutput(output.toFile())
			.redirectError(errors.toFile())
			.start();
		try {
			assertThat(process.waitFor(60, TimeUnit.SECONDS)).as("ended").isTrue();
			return new Ended(process.exitValue(), Files.readString(output), Files.readString(errors));
		}
		finally {
			process.destroyForcibly();
		}
	}

	private static boolean isInstalled(String command) {
		return Stream.of(System.getenv("PATH").split(File.pathSeparator))
			.anyMatch((directory) -> Files.isExecutable(Path.of(directory, command)));
	}

	private record Ended(int status, String output, String errors) {
	}

}
