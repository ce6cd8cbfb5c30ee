package io.openclaw.sample.process;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;

import com.sun.net.httpserver.HttpServer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import io.openclaw.tokenbucket.testing.RedisExtension;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * The application that the README shows, as projects of their own outside this build: the
 * starter is all that they have of it.
 */
class UserApplicationTests {

	private static final int CAPACITY = 100;

	private static final double REFILL_RATE = 10;

	private static final String PASSWORD = "secret";

	private static final String LOGIN = "Basic "
			+ Base64.getEncoder().encodeToString(("user:" + PASSWORD).getBytes(StandardCharsets.US_ASCII));

	private static final AtomicInteger served = new AtomicInteger();

	@RegisterExtension
	static final RedisExtension redis = new RedisExtension();

	private static HttpServer service;

	private static UserApplications applications;

	private final String key = UUID.randomUUID().toString();

	@BeforeAll
	static void build() throws IOException {
		service = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
		service.createContext("/", (exchange) -> {
			served.incrementAndGet();
			exchange.sendResponseHeaders(204, -1);
			exchange.close();
		});
		service.start();
		applications = UserApplications.build(Path.of("target/user-application"),
				"http://127.0.0.1:" + service.getAddress().getPort());
	}

	@AfterAll
	static void stop() {
		service.stop(0);
	}

	@BeforeEach
	void reset() {
		served.set(0);
	}

	@ParameterizedTest
	@ValueSource(strings = { UserApplications.README, UserApplications.BOOT_ALONE, UserApplications.OLDEST })
	void isLimitedByNothingButTheStarterAndYaml(String application) {
		try (GatewayProcess gateway = start(application, Map.of())) {
			drain(gateway, List.of(gateway));
		}
	}

	@Test
	void bringsOfResilience4jWhatIsUsedAlone() throws IOException {
		try (JarFile jar = new JarFile(applications.jar(UserApplications.BOOT_ALONE).toFile())) {
			assertThat(jar.stream().map(JarEntry::getName).filter((name) -> name.contains("resilience4j")))
				.allMatch((name) -> name.matches("BOOT-INF/lib/resilience4j-(core|circuitbreaker|micrometer)-.*[.]jar"))
				.hasSize(3);
		}
	}

	@Test
	void aGeneratedProjectIsLimitedBehindItsLogin() {
		try (GatewayProcess gateway = start(UserApplications.GENERATED, Map.of(),
				"--spring.security.user.password=" + PASSWORD, "--management.endpoints.web.exposure.include=*")) {
			gateway.awaitListening();
			assertThat(call(gateway, "/api/orders").statusCode()).isEqualTo(401);
			drain(gateway, List.of(gateway), "Authorization", LOGIN);
			String metrics = gateway.get("/actuator/prometheus", "Authorization", LOGIN).body();
			assertThat(metrics).contains("openclaw_circuit_state{", "resilience4j_circuitbreaker_state{",
					"openclaw_rate_limit_decisions_total{");
		}
	}

	@Test
	void projectsProcessedAheadOfTimeShareOneBudget() {
		Map<String, String> processed = Map.of("JAVA_TOOL_OPTIONS", "-Dspring.aot.enabled=true");
		String[] arguments = { "--spring.security.user.password=" + PASSWORD,
				"--management.endpoints.web.exposure.include=replication" };
		try (GatewayProcess one = start(UserApplications.GENERATED, processed, arguments);
				GatewayProcess other = start(UserApplications.GENERATED, processed, arguments)) {
			for (GatewayProcess gateway : List.of(one, other)) {
				gateway.awaitListening();
				await().atMost(Duration.ofMinutes(1))
					.untilAsserted(() -> assertThat(
							gateway.json("/actuator/replication", "Authorization", LOGIN).required("fleetSize").asInt())
						.as(gateway::output)
						.isEqualTo(2));
			}
			drain(one, List.of(one, other), "Authorization", LOGIN);
		}
	}

	@ParameterizedTest
	@CsvSource({ "--spring.main.lazy-initialization=true, /api/orders",
			"--spring.threads.virtual.enabled=true, /api/orders", "--spring.webflux.base-path=/app, /app/api/orders" })
	void isLimitedWithASettingOfTheUsers(String setting, String path) {
		try (GatewayProcess gateway = start(UserApplications.README, Map.of(), setting)) {
			gateway.awaitListening();
			HttpResponse<String> answer = call(gateway, path);
			assertThat(answer.statusCode()).as(gateway::output).isEqualTo(204);
			assertThat(answer.headers().firstValue("RateLimit-Policy")).hasValue("\"api\";q=100;w=10");
		}
	}

	@Test
	void aPortForManagementAloneShowsTheEndpoints() throws IOException {
		int management = freePort();
		try (GatewayProcess gateway = start(UserApplications.GENERATED, Map.of(),
				"--spring.security.user.password=" + PASSWORD, "--management.server.port=" + management,
				"--management.endpoints.web.exposure.include=replication")) {
			gateway.awaitListening();
			URI endpoint = URI.create("http://127.0.0.1:" + management + "/actuator/replication");
			await().atMost(Duration.ofMinutes(1))
				.untilAsserted(
						() -> assertThat(gateway.get(endpoint, "Authorization", LOGIN).statusCode()).as(gateway::output)
							.isEqualTo(200));
		}
	}

	private static GatewayProcess start(String application, Map<String, String> environment, String... arguments) {
		List<String> all = new ArrayList<>(GatewayProcess.addressOf(redis));
		all.add("--openclaw.crdt.namespace=" + UUID.randomUUID());
		all.addAll(List.of(arguments));
		return GatewayProcess.start(application, applications.jar(application), all, 256, environment);
	}

	/** Empties the bucket through one gateway; all must then reject. */
	private void drain(GatewayProcess spender, List<GatewayProcess> gateways, String... headers) {
		gateways.forEach(GatewayProcess::awaitListening);
		long start = System.nanoTime();
		// a gateway that still looks for others spends part of the bucket only
		await().pollInterval(Duration.ofMillis(1)).atMost(Duration.ofMinutes(1)).until(() -> {
			call(spender, "/api/orders", headers);
			return served.get() >= CAPACITY;
		});
		for (GatewayProcess gateway : gateways) {
			HttpResponse<String> rejected = await().pollInterval(Duration.ofMillis(1))
				.until(() -> call(gateway, "/api/orders", headers), (answer) -> answer.statusCode() != 204);
			assertThat(rejected.statusCode()).as(gateway::output).isEqualTo(429);
			assertThat(rejected.headers().firstValue("RateLimit-Policy")).hasValue("\"api\";q=100;w=10");
			assertThat(rejected.headers().firstValue("Retry-After")).hasValue("1");
			assertThat(rejected.body()).contains("quota-exceeded");
		}
		double seconds = (System.nanoTime() - start) / 1e9;
		assertThat((double) served.get()).isBetween((double) CAPACITY, CAPACITY + REFILL_RATE * seconds);
	}

	private HttpResponse<String> call(GatewayProcess gateway, String path, String... headers) {
		List<String> all = new ArrayList<>(List.of("X-API-Key", this.key));
		all.addAll(List.of(headers));
		return gateway.get(path, all.toArray(String[]::new));
	}

	private static int freePort() throws IOException {
		try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
			return socket.getLocalPort();
		}
	}

}
