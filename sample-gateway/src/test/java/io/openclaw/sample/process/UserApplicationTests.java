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
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;

import com.sun.net.httpserver.HttpServer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
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
@Execution(ExecutionMode.CONCURRENT)
class UserApplicationTests {

	private static final Rate OF_README = new Rate(100, 10);

	// A login costs as much time as is refilled meanwhile in the README's limit.
	private static final Rate SMALL = new Rate(10, 0.1);

	private static final String PASSWORD = "secret";

	private static final String LOGIN = "Basic "
			+ Base64.getEncoder().encodeToString(("user:" + PASSWORD).getBytes(StandardCharsets.US_ASCII));

	private static final Map<String, AtomicInteger> served = new ConcurrentHashMap<>();

	@RegisterExtension
	static final RedisExtension redis = new RedisExtension();

	private static HttpServer service;

	private static UserApplications applications;

	private final String key = UUID.randomUUID().toString();

	@BeforeAll
	static void build() throws IOException {
		service = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
		service.createContext("/", (exchange) -> {
			served.get(exchange.getRequestHeaders().getFirst("X-API-Key")).incrementAndGet();
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
	void countFromZero() {
		served.put(this.key, new AtomicInteger());
	}

	@ParameterizedTest
	@ValueSource(strings = { UserApplications.README, UserApplications.BOOT_ALONE, UserApplications.OLDEST })
	void isLimitedByNothingButTheStarterAndYaml(String application) {
		try (GatewayProcess gateway = start(application, Map.of())) {
			drain(OF_README, List.of(gateway));
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
	void aGeneratedProjectIsLimitedBehindItsLoginAndHasAPortForManagementAlone() throws IOException {
		int management = freePort();
		try (GatewayProcess gateway = startGenerated(Map.of(), "--management.server.port=" + management)) {
			gateway.awaitListening();
			assertThat(call(gateway, "/api/orders").statusCode()).isEqualTo(401);
			drain(SMALL, List.of(gateway), "Authorization", LOGIN);
			URI metrics = URI.create("http://127.0.0.1:" + management + "/actuator/prometheus");
			await().atMost(Duration.ofMinutes(1))
				// until it listens there as well
				.ignoreExceptionsInstanceOf(CompletionException.class)
				.untilAsserted(() -> assertThat(gateway.get(metrics, "Authorization", LOGIN).body()).as(gateway::output)
					.contains("openclaw_circuit_state{", "resilience4j_circuitbreaker_state{",
							"openclaw_rate_limit_decisions_total{"));
		}
	}

	@Test
	void projectsProcessedAheadOfTimeShareOneBudget() {
		Map<String, String> processed = Map.of("JAVA_TOOL_OPTIONS", "-Dspring.aot.enabled=true");
		try (GatewayProcess one = startGenerated(processed); GatewayProcess other = startGenerated(processed)) {
			for (GatewayProcess gateway : List.of(one, other)) {
				gateway.awaitListening();
				await().atMost(Duration.ofMinutes(1))
					.untilAsserted(() -> assertThat(
							gateway.json("/actuator/replication", "Authorization", LOGIN).required("fleetSize").asInt())
						.as(gateway::output)
						.isEqualTo(2));
			}
			drain(SMALL, List.of(one, other), "Authorization", LOGIN);
		}
	}

	@Test
	void isLimitedWithSettingsOfTheUsers() {
		isLimited("/app/api/orders", "--spring.main.lazy-initialization=true", "--spring.threads.virtual.enabled=true",
				"--spring.webflux.base-path=/app");
	}

	@ParameterizedTest
	@EnabledIfSystemProperty(named = "process.all", matches = "true")
	@CsvSource({ "--spring.main.lazy-initialization=true, /api/orders",
			"--spring.threads.virtual.enabled=true, /api/orders", "--spring.webflux.base-path=/app, /app/api/orders" })
	void isLimitedWithASettingOfTheUsers(String setting, String path) {
		isLimited(path, setting);
	}

	private void isLimited(String path, String... settings) {
		try (GatewayProcess gateway = start(UserApplications.README, Map.of(), settings)) {
			gateway.awaitListening();
			HttpResponse<String> answer = call(gateway, path);
			assertThat(answer.statusCode()).as(gateway::output).isEqualTo(204);
			assertThat(answer.headers().firstValue("RateLimit-Policy")).hasValue(OF_README.policy());
		}
	}

	private GatewayProcess startGenerated(Map<String, String> environment, String... arguments) {
		List<String> all = new ArrayList<>(List.of("--spring.security.user.password=" + PASSWORD,
				"--openclaw.buckets.api.capacity=" + SMALL.capacity(),
				"--openclaw.buckets.api.refill-rate-per-second=" + SMALL.perSecond()));
		all.addAll(List.of(arguments));
		return start(UserApplications.GENERATED, environment, all.toArray(String[]::new));
	}

	private GatewayProcess start(String application, Map<String, String> environment, String... arguments) {
		List<String> all = new ArrayList<>(GatewayProcess.addressOf(redis));
		all.add("--openclaw.crdt.namespace=" + this.key);
		all.addAll(List.of(arguments));
		return GatewayProcess.start(application, applications.unpacked(application), all, 256, environment);
	}

	/** Empties the bucket through the first gateway; all must then reject. */
	private void drain(Rate limit, List<GatewayProcess> gateways, String... headers) {
		gateways.forEach(GatewayProcess::awaitListening);
		GatewayProcess spender = gateways.get(0);
		long start = System.nanoTime();
		// a gateway that still looks for others spends part of the bucket only
		await().pollInterval(Duration.ofMillis(1)).atMost(Duration.ofMinutes(1)).until(() -> {
			call(spender, "/api/orders", headers);
			return served() >= limit.capacity();
		});
		for (GatewayProcess gateway : gateways) {
			// while others start beside it, it may answer no faster than the limit
			// refills
			HttpResponse<String> rejected = await().pollInterval(Duration.ofMillis(1))
				.atMost(Duration.ofMinutes(1))
				.until(() -> call(gateway, "/api/orders", headers), (answer) -> answer.statusCode() != 204);
			assertThat(rejected.statusCode()).as(gateway::output).isEqualTo(429);
			assertThat(rejected.headers().firstValue("RateLimit-Policy")).hasValue(limit.policy());
			assertThat(rejected.headers().firstValue("Retry-After")).isPresent();
			assertThat(rejected.body()).contains("quota-exceeded");
		}
		double seconds = (System.nanoTime() - start) / 1e9;
		assertThat((double) served()).isBetween((double) limit.capacity(),
				limit.capacity() + limit.perSecond() * seconds);
	}

	private int served() {
		return served.get(this.key).get();
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

	private record Rate(int capacity, double perSecond) {

		String policy() {
			return "\"api\";q=%d;w=%.0f".formatted(capacity(), capacity() / perSecond());
		}

	}

}
