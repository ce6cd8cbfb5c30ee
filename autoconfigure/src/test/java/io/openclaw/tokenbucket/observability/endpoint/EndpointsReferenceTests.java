package io.openclaw.tokenbucket.observability.endpoint;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.context.annotation.Bean;
import org.springframework.http.MediaType;
import org.springframework.restdocs.ManualRestDocumentation;
import org.springframework.restdocs.operation.preprocess.ContentModifyingOperationPreprocessor;
import org.springframework.restdocs.operation.preprocess.Preprocessors;
import org.springframework.restdocs.payload.PayloadDocumentation;
import org.springframework.restdocs.snippet.Snippet;
import org.springframework.restdocs.templates.TemplateFormats;
import org.springframework.restdocs.webtestclient.WebTestClientRestDocumentation;
import org.springframework.test.web.reactive.server.EntityExchangeResult;
import org.springframework.test.web.reactive.server.WebTestClient;

import io.openclaw.tokenbucket.crdt.MemberId;
import io.openclaw.tokenbucket.documentation.GeneratedSection;
import io.openclaw.tokenbucket.limiter.BucketStore;
import io.openclaw.tokenbucket.limiter.limit.LimiterSettings;
import io.openclaw.tokenbucket.limiter.TokenBucketLimiter;
import io.openclaw.tokenbucket.limiter.limit.LimitPolicy;
import io.openclaw.tokenbucket.observability.Rejections;
import io.openclaw.tokenbucket.replication.port.ReplicationListener;
import io.openclaw.tokenbucket.replication.port.ReplicationSettings;
import io.openclaw.tokenbucket.replication.Replicator;
import io.openclaw.tokenbucket.replication.port.InMemoryBus;
import io.openclaw.tokenbucket.replication.port.InMemoryReplicationTransport;
import io.openclaw.tokenbucket.replication.port.ReplicationTransport;
import io.openclaw.tokenbucket.simulation.VirtualTime;

/**
 * The examples and the tables of fields in the guide are what a gateway answers, in
 * virtual time: it hears another one, which is then killed.
 */
@SpringBootTest(webEnvironment = WebEnvironment.RANDOM_PORT,
		properties = { "management.endpoints.web.exposure.include=*",
				"management.endpoint.tokenbuckets.access=unrestricted",
				"management.endpoint.health.show-details=always", "openclaw.node.region=us-east-1",
				"openclaw.crdt.sync-interval=50ms", "openclaw.circuit-breaker.latency-threshold=300ms",
				"openclaw.buckets.rating.capacity=1000", "openclaw.buckets.rating.refill-rate-per-second=10",
				"openclaw.buckets.rating.key=header:X-User", "openclaw.buckets.rating.overrides.trial.keys=bob",
				"openclaw.buckets.rating.overrides.trial.capacity=10",
				"openclaw.buckets.rating.overrides.trial.refill-rate-per-second=2.5",
				"spring.cloud.gateway.server.webflux.routes[0].id=orders",
				"spring.cloud.gateway.server.webflux.routes[0].uri=http://127.0.0.1:1",
				"spring.cloud.gateway.server.webflux.routes[0].predicates[0]=Path=/**",
				"spring.cloud.gateway.server.webflux.routes[0].filters[0]=TokenBucket=rating" })
class EndpointsReferenceTests {

	private static final Path SNIPPETS = Path.of("target", "generated-snippets");

	private static final Duration SYNC_INTERVAL = Duration.ofMillis(50);

	private final ManualRestDocumentation documentation = new ManualRestDocumentation(SNIPPETS.toString());

	private WebTestClient client = WebTestClient.bindToServer().build();

	@Autowired
	private VirtualTime time;

	@Autowired
	private TokenBucketLimiter limiter;

	@BeforeEach
	void connect(@LocalServerPort int port) {
		this.client = WebTestClient.bindToServer()
			.baseUrl("http://127.0.0.1:" + port)
			.filter(WebTestClientRestDocumentation.documentationConfiguration(this.documentation)
				.snippets()
				.withTemplateFormat(TemplateFormats.markdown())
				.withDefaults(PayloadDocumentation.requestBody(), PayloadDocumentation.responseBody()))
			.build();
		this.documentation.beforeTest(getClass(), "reference");
	}

	@Test
	void theGuideShowsWhatTheEndpointsAnswer(@Autowired InMemoryBus bus, @Autowired Link link) {
		TokenBucketLimiter other = startOther(bus);
		this.time.advance(Duration.ofSeconds(3));
		ask(this.limiter, "rating", "alice", 60);
		ask(other, "rating", "alice", 60);
		ask(this.limiter, "rating.trial", "bob", 12);
		this.time.advance(Duration.ofMillis(100));
		show("tokenbuckets", "/actuator/tokenbuckets", TokenBucketsView.class);
		show("bucket", "/actuator/tokenbuckets/rating/alice", BucketView.class);
		show("explain", "/actuator/tokenbuckets/explain?key=bob", ExplanationView.class);
		write("give back", "/actuator/tokenbuckets/rating/alice", "{\"tokens\": 50}", 200, "giveBack", GrantView.class);
		write("change", "/actuator/tokenbuckets/rating",
				"{\"capacity\": 2000, \"refillTokens\": 1200, \"refillPeriod\": \"1m\"}", 200, "change",
				LimitChangeView.class);
		write("refused change", "/actuator/tokenbuckets/rating", "{\"capacity\": 0}", 400, null,
				FieldProblemView.class);
		link.cut = true;
		this.time.advance(Duration.ofSeconds(2));
		show("replication", "/actuator/replication", ReplicationView.class);
		this.client.get()
			.uri("/actuator/health/tokenBucketReplication")
			.exchange()
			.expectStatus()
			.isOk()
			.expectBody()
			.consumeWith(document("health"));
		GeneratedSection.OBSERVABILITY.check("health", snippets("health", "response-body"));
	}

	private void show(String name, String path, Class<? extends Record> view) {
		this.client.get()
			.uri(path)
			.exchange()
			.expectStatus()
			.isOk()
			.expectBody()
			.consumeWith(document(name, PayloadDocumentation.responseFields(DocumentedFields.of(view))));
		GeneratedSection.OBSERVABILITY.check(name, snippets(name, "response-body", "response-fields"));
	}

	private void write(String name, String path, String body, int status, @Nullable String operation,
			Class<? extends Record> answer) {
		Snippet answered = PayloadDocumentation.responseFields(DocumentedFields.of(answer));
		Snippet[] fields = (operation == null) ? new Snippet[] { answered }
				: new Snippet[] { answered, PayloadDocumentation
					.requestFields(DocumentedFields.readBy(TokenBucketsWebExtension.class, operation)) };
		this.client.post()
			.uri(path)
			.contentType(MediaType.APPLICATION_JSON)
			.bodyValue(body)
			.exchange()
			.expectStatus()
			.isEqualTo(status)
			.expectBody()
			.consumeWith(document(name, fields));
		GeneratedSection.OBSERVABILITY.check(name,
				(operation == null) ? snippets(name, "request-body", "response-body", "response-fields")
						: snippets(name, "request-body", "request-fields", "response-body", "response-fields"));
	}

	private static Consumer<EntityExchangeResult<byte[]>> document(String name, Snippet... fields) {
		return WebTestClientRestDocumentation.document(name,
				Preprocessors.preprocessResponse(new ContentModifyingOperationPreprocessor(new CompactJson())), fields);
	}

	private static String snippets(String name, String... parts) {
		return Stream.of(parts)
			.map((part) -> SNIPPETS.resolve(name).resolve(part + ".md"))
			.map(EndpointsReferenceTests::read)
			.map(String::strip)
			.collect(Collectors.joining("\n\n"));
	}

	private static String read(Path file) {
		try {
			return Files.readString(file);
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	private TokenBucketLimiter startOther(InMemoryBus bus) {
		List<LimitPolicy> limits = this.limiter.limits().stream().map(this.limiter::policy).toList();
		BucketStore store = new BucketStore(new MemberId("edge-b", 2), limits,
				new LimiterSettings(3, SYNC_INTERVAL, 1_000), this.time);
		new Replicator(store, new InMemoryReplicationTransport(List.of(bus)),
				new ReplicationSettings("eu-central-1", 3, SYNC_INTERVAL, Duration.ofSeconds(30)), this.time, this.time,
				ReplicationListener.NONE)
			.start();
		return new TokenBucketLimiter(store, this.time, this.time, null);
	}

	private void ask(TokenBucketLimiter asked, String limit, String key, int times) {
		for (int i = 0; i < times; i++) {
			asked.tryConsume(limit, key, 1);
			this.time.advance(Duration.ofMillis(20));
		}
	}

	@SpringBootConfiguration
	@EnableAutoConfiguration
	static class Gateway {

		@Bean
		VirtualTime time() {
			return new VirtualTime();
		}

		@Bean
		MemberId memberId() {
			return new MemberId("edge-a", 1);
		}

		@Bean
		Rejections rejections() {
			return new Rejections(InstantSource.fixed(Instant.parse("2026-11-29T12:00:00Z")));
		}

		@Bean
		Link link() {
			return new Link();
		}

		@Bean
		InMemoryBus bus(VirtualTime time, Link link) {
			return new InMemoryBus(time, time, link);
		}

		@Bean
		ReplicationTransport transport(InMemoryBus bus) {
			return new InMemoryReplicationTransport(List.of(bus));
		}

	}

	/**
	 * Takes two milliseconds each way, until it is cut.
	 */
	static final class Link implements InMemoryBus.Network {

		private volatile boolean cut;

		@Override
		public List<Duration> deliveries(MemberId from, MemberId to) {
			return this.cut ? List.of() : List.of(Duration.ofMillis(2));
		}

		@Override
		public boolean reachesServer(MemberId member) {
			return true;
		}

	}

}
