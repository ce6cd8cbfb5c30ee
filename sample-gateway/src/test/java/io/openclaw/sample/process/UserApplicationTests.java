package io.openclaw.sample.process;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;

import com.sun.net.httpserver.HttpServer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

import io.openclaw.tokenbucket.testing.RedisExtension;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * The application that the README shows, as a project of its own outside this build: the
 * starter is all that it has of it.
 */
class UserApplicationTests {

	private static final int CAPACITY = 100;

	private static final double REFILL_RATE = 10;

	private static final AtomicInteger served = new AtomicInteger();

	@RegisterExtension
	static final RedisExtension redis = new RedisExtension();

	private static HttpServer service;

	private static Path jar;

	@BeforeAll
	static void build() throws IOException {
		service = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
		service.createContext("/", (exchange) -> {
			served.incrementAndGet();
			exchange.sendResponseHeaders(204, -1);
			exchange.close();
		});
		service.start();
		UserProject project = UserProject.create(Path.of("target/user-application"));
		Readme readme = Readme.read();
		project.write("pom.xml", readme.block("xml"));
		project.write("src/main/resources/application.yml", readme.block("yaml")
			.replace("http://localhost:9000", "http://127.0.0.1:" + service.getAddress().getPort()));
		project.write("src/main/java/com/example/GatewayApplication.java", readme.block("java"));
		jar = project.build();
	}

	@AfterAll
	static void stop() {
		service.stop(0);
	}

	@Test
	void isLimitedByNothingButTheStarterAndYaml() {
		try (GatewayProcess gateway = GatewayProcess.start("user", jar, GatewayProcess.addressOf(redis))) {
			gateway.awaitListening();
			long start = System.nanoTime();
			// a gateway that still looks for others spends part of the bucket only
			await().pollInterval(Duration.ofMillis(1)).until(() -> {
				call(gateway);
				return served.get() >= CAPACITY;
			});
			HttpResponse<String> rejected = await().pollInterval(Duration.ofMillis(1))
				.until(() -> call(gateway), (answer) -> answer.statusCode() != 204);
			double seconds = (System.nanoTime() - start) / 1e9;
			assertThat(rejected.statusCode()).as(gateway::output).isEqualTo(429);
			assertThat(rejected.headers().firstValue("RateLimit-Policy")).hasValue("\"api\";q=100;w=10");
			assertThat(rejected.headers().firstValue("Retry-After")).hasValue("1");
			assertThat(rejected.body()).contains("quota-exceeded");
			assertThat((double) served.get()).isBetween((double) CAPACITY, CAPACITY + REFILL_RATE * seconds);
		}
	}

	private static HttpResponse<String> call(GatewayProcess gateway) {
		return gateway.get("/api/orders", "X-API-Key", "4711");
	}

}
