package io.openclaw.tokenbucket.gateway;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import reactor.netty.http.client.HttpClient;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.context.ApplicationContext;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.core.ParameterizedTypeReference;
import org.springframework.http.MediaType;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;
import org.springframework.http.client.reactive.ReactorClientHttpConnector;
import org.springframework.test.web.reactive.server.WebTestClient;

import io.openclaw.tokenbucket.gateway.key.KeyIds;
import io.openclaw.tokenbucket.limiter.TokenBucketLimiter;
import io.openclaw.tokenbucket.limiter.membership.FleetState;
import io.openclaw.tokenbucket.limiter.port.BucketStatus;
import io.openclaw.tokenbucket.replication.ReplicationStatus;
import io.openclaw.tokenbucket.replication.Replicator;
import io.openclaw.tokenbucket.testing.RedisExtension;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Nothing that leaves a gateway shows an API key or a secret: neither the log at its most
 * talkative, nor Redis, nor any endpoint; and no other key can do anything to a terminal.
 */
@SpringBootTest(webEnvironment = WebEnvironment.RANDOM_PORT,
		properties = { "spring.config.name=none", "server.address=127.0.0.1", "openclaw.node.id=edge-a",
				"openclaw.crdt.replication-factor=1", "openclaw.crdt.sync-interval=50ms",
				"openclaw.buckets.api.capacity=3", "openclaw.buckets.api.refill-rate-per-second=0.001",
				"openclaw.buckets.tenant.capacity=3", "openclaw.buckets.tenant.refill-rate-per-second=0.001",
				"openclaw.buckets.tenant.key=header:X-Tenant", "management.endpoints.web.exposure.include=*",
				"management.endpoint.health.show-details=always",
				"management.endpoint.tokenbuckets.access=unrestricted", "logging.config=classpath:logback-detailed.xml",
				// It writes all headers of all requests, limited or not.
				"logging.level.org.springframework.cloud.gateway.filter.headers.observation=INFO" })
class HiddenKeysTests {

	private static final String API_KEY = "MARKED-api-key-7a1f";

	private static final String SECRET = "MARKED-secret-9c3e";

	private static final String ESCAPING = "tenant\u001b[2J\r\nMARKED-line";

	// A dump of the memory holds everything.
	private static final Set<String> SKIPPED = Set.of("heapdump");

	private static final UpstreamService upstream = new UpstreamService();

	private static @Nullable ConfigurableApplicationContext peer;

	@RegisterExtension
	static final RedisExtension redis = new RedisExtension();

	@Autowired
	private TokenBucketLimiter limiter;

	@Autowired
	private ApplicationContext context;

	private WebTestClient client;

	private Monitor monitor;

	@DynamicPropertySource
	static void properties(DynamicPropertyRegistry registry) {
		registry.add("spring.data.redis.host", redis::host);
		registry.add("spring.data.redis.port", redis::port);
		registry.add("openclaw.crdt.secret", () -> SECRET);
		String route = "spring.cloud.gateway.server.webflux.routes[0].";
		registry.add(route + "id", () -> "api");
		registry.add(route + "uri", () -> "http://127.0.0.1:" + upstream.port());
		registry.add(route + "predicates[0]", () -> "Path=/api");
		registry.add(route + "filters[0]", () -> "TokenBucket=api,tenant");
	}

	@BeforeEach
	void connect(@LocalServerPort int port) throws IOException {
		// Reactor Netty may never answer the request after one that it refused at once,
		// if
		// both came on one connection: reactor/reactor-netty#4361.
		HttpClient oneRequestAConnection = HttpClient.create().keepAlive(false);
		this.client = WebTestClient.bindToServer(new ReactorClientHttpConnector(oneRequestAConnection))
			.baseUrl("http://127.0.0.1:" + port)
			.responseTimeout(Duration.ofSeconds(30))
			.codecs((codecs) -> codecs.defaultCodecs().maxInMemorySize(16 << 20))
			.build();
		this.monitor = new Monitor(redis.host(), redis.port());
		// A joiner may spend but a part of a bucket.
		Awaitility.await()
			.atMost(Duration.ofSeconds(30))
			.until(() -> isInFleetOfTwo(this.context) && peer != null && isInFleetOfTwo(peer));
	}

	private static boolean isInFleetOfTwo(ApplicationContext gateway) {
		ReplicationStatus status = gateway.getBean(Replicator.class).status();
		return status.fleetSize() == 2 && status.state() == FleetState.HEALTHY;
	}

	@AfterEach
	void disconnect() throws IOException {
		this.monitor.close();
	}

	@AfterAll
	static void close() {
		if (peer != null) {
			peer.close();
		}
		upstream.close();
	}

	// Somebody to tell what was spent.
	@BeforeAll
	static void startPeer() {
		peer = new SpringApplicationBuilder(Gateway.class).web(WebApplicationType.REACTIVE)
			.run("--spring.config.name=none", "--server.port=0", "--server.address=127.0.0.1",
					"--openclaw.node.id=edge-b", "--openclaw.crdt.secret=" + SECRET,
					"--openclaw.crdt.sync-interval=50ms", "--openclaw.buckets.api.capacity=3",
					"--openclaw.buckets.api.refill-rate-per-second=0.001", "--openclaw.buckets.tenant.capacity=3",
					"--openclaw.buckets.tenant.refill-rate-per-second=0.001",
					"--openclaw.buckets.tenant.key=header:X-Tenant", "--spring.data.redis.host=" + redis.host(),
					"--spring.data.redis.port=" + redis.port());
	}

	@Test
	void noApiKeyAndNoSecretIsSeenAnywhere() throws IOException {
		String id = new KeyIds(SECRET).id(API_KEY);
		request(3).forEach((status) -> assertThat(status).isEqualTo(200));
		request(1).forEach((status) -> assertThat(status).isEqualTo(429));
		Awaitility.await().atMost(Duration.ofSeconds(20)).until(() -> this.monitor.text().contains(id));
		Map<String, String> pages = pages(id);
		assertThat(pages.get("/actuator/tokenbuckets/api/" + id)).contains(id);
		assertThat(pages.get("/actuator/prometheus")).contains("openclaw_crdt_messages_total");
		assertThat(pages)
			.allSatisfy((path, page) -> assertThat(page).as(path).doesNotContain(API_KEY).doesNotContain(SECRET));
		assertThat(this.monitor.text()).doesNotContain(API_KEY).doesNotContain(SECRET);
		assertThat(log()).contains("DEBUG").doesNotContain(API_KEY).doesNotContain(SECRET);
		for (String bean : this.context.getBeanDefinitionNames()) {
			if (bean.startsWith("openclaw") || bean.startsWith("tokenBucket")) {
				assertThat(this.context.getBean(bean).toString()).as(bean).doesNotContain(SECRET);
			}
		}
	}

	@Test
	void noOtherKeyCanDoAnythingToATerminal() throws IOException {
		this.limiter.tryConsume("tenant", ESCAPING, 3);
		this.client.post()
			.uri("/actuator/tokenbuckets/{limit}/{key}", "tenant", "tenant\\u001b[2J\\u000d\\u000aMARKED-line")
			.contentType(MediaType.APPLICATION_JSON)
			.bodyValue(Map.of("tokens", 1))
			.exchange();
		Map<String, String> pages = pages("none");
		assertThat(pages.get("/actuator/tokenbuckets/tenant")).contains("MARKED-line");
		assertThat(pages).allSatisfy((path, page) -> assertThat(page).as(path).doesNotContain("\u001b[2J"));
		assertThat(log()).doesNotContain("\u001b[2J");
		assertThat(log().lines()).noneMatch((line) -> line.startsWith("MARKED-line"));
	}

	@Test
	void aKeyOfSevenKilobytesHasABucketOfItsOwnUnderAShortName() {
		String shared = "x".repeat(7_000);
		for (int i = 0; i < 3; i++) {
			assertThat(statusOf(shared + "1", "one-" + i)).isEqualTo(200);
		}
		assertThat(statusOf(shared + "1", "one-3")).isEqualTo(429);
		assertThat(statusOf(shared + "2", "two")).isEqualTo(200);
		assertThat(this.limiter.busiest("tenant", 100)).extracting(BucketStatus::key)
			.allSatisfy((key) -> assertThat(key).hasSizeLessThan(257))
			.filteredOn((key) -> key.startsWith("~"))
			.hasSize(2);
	}

	private static String log() throws IOException {
		return Files.readString(Path.of("target/detailed.log"));
	}

	private int statusOf(String tenant, String apiKey) {
		return this.client.get()
			.uri("/api")
			.header("X-API-Key", apiKey)
			.header("X-Tenant", tenant)
			.exchange()
			.returnResult(String.class)
			.getStatus()
			.value();
	}

	private List<Integer> request(int times) {
		List<Integer> statuses = new ArrayList<>();
		for (int i = 0; i < times; i++) {
			statuses.add(this.client.get()
				.uri("/api")
				.header("X-API-Key", API_KEY)
				.header("X-Tenant", "t-1")
				.exchange()
				.returnResult(String.class)
				.getStatus()
				.value());
		}
		return statuses;
	}

	private Map<String, String> pages(String id) {
		Set<String> paths = new TreeSet<>(Set.of("/actuator", "/actuator/tokenbuckets/api",
				"/actuator/tokenbuckets/tenant", "/actuator/tokenbuckets/api/" + id));
		Map<String, Map<String, Map<String, Object>>> links = this.client.get()
			.uri("/actuator")
			.exchange()
			.expectBody(new ParameterizedTypeReference<Map<String, Map<String, Map<String, Object>>>>() {
			})
			.returnResult()
			.getResponseBody();
		links.get("_links").forEach((name, link) -> {
			if (!SKIPPED.contains(name) && !Boolean.TRUE.equals(link.get("templated"))) {
				paths.add("/actuator/" + name.replace("self", ""));
			}
		});
		Map<String, String> pages = new TreeMap<>();
		paths.forEach((path) -> pages.put(path, page(path)));
		return pages;
	}

	private String page(String path) {
		String body = this.client.get().uri(path).exchange().expectBody(String.class).returnResult().getResponseBody();
		return (body != null) ? body : "";
	}

	/**
	 * Everything that a Redis is told.
	 */
	private static final class Monitor implements AutoCloseable {

		private final Socket watching;

		private final ByteArrayOutputStream seen = new ByteArrayOutputStream();

		Monitor(String host, int port) throws IOException {
			this.watching = new Socket(host, port);
			this.watching.getOutputStream().write("MONITOR\r\n".getBytes(StandardCharsets.US_ASCII));
			Thread reader = new Thread(this::read, "redis-monitor");
			reader.setDaemon(true);
			reader.start();
		}

		String text() {
			synchronized (this.seen) {
				return this.seen.toString(StandardCharsets.UTF_8);
			}
		}

		@Override
		public void close() throws IOException {
			this.watching.close();
		}

		private void read() {
			try (InputStream in = this.watching.getInputStream()) {
				byte[] buffer = new byte[8192];
				for (int length = in.read(buffer); length >= 0; length = in.read(buffer)) {
					synchronized (this.seen) {
						this.seen.write(buffer, 0, length);
					}
				}
			}
			catch (IOException ex) {
				// Closed.
			}
		}

	}

	@SpringBootConfiguration
	@EnableAutoConfiguration
	static class Gateway {

	}

}
