package io.openclaw.tokenbucket.observability;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.actuate.audit.AuditEvent;
import org.springframework.boot.actuate.audit.listener.AuditApplicationEvent;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.event.EventListener;
import org.springframework.http.MediaType;
import org.springframework.test.context.TestPropertySource;
import org.springframework.test.web.reactive.server.WebTestClient;

import io.openclaw.tokenbucket.crdt.Limit;
import io.openclaw.tokenbucket.crdt.MemberId;
import io.openclaw.tokenbucket.crdt.MicroTokens;
import io.openclaw.tokenbucket.crdt.RefillRate;
import io.openclaw.tokenbucket.limiter.BucketStore;
import io.openclaw.tokenbucket.limiter.NanoClock;
import io.openclaw.tokenbucket.limiter.TokenBucketLimiter;
import io.openclaw.tokenbucket.limiter.limit.Consistency;
import io.openclaw.tokenbucket.limiter.limit.LimitPolicy;
import io.openclaw.tokenbucket.limiter.limit.LimiterSettings;
import io.openclaw.tokenbucket.persistence.SnapshotFile;
import io.openclaw.tokenbucket.replication.port.MessageSigning;
import io.openclaw.tokenbucket.replication.port.ReplicationListener;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What gateways hold, downloaded to a file and merged again.
 */
class SnapshotEndpointOverHttpTests {

	private static final String PATH = "/actuator/tokenbucketsnapshot";

	@SpringBootTest(classes = Gateway.class, webEnvironment = WebEnvironment.RANDOM_PORT,
			properties = { "management.endpoints.web.exposure.include=tokenbucketsnapshot", "openclaw.node.id=edge-a",
					"openclaw.buckets.rating.capacity=10", "openclaw.buckets.rating.refill-tokens=1",
					"openclaw.buckets.rating.refill-period=1d", "openclaw.crdt.secret=a-secret" })
	abstract static class OnGateway {

		@Autowired
		TokenBucketLimiter limiter;

		@Autowired
		Gateway gateway;

		WebTestClient client = WebTestClient.bindToServer().build();

		@BeforeEach
		void connect(@LocalServerPort int port) {
			this.client = WebTestClient.bindToServer()
				.baseUrl("http://127.0.0.1:" + port)
				.responseTimeout(Duration.ofMinutes(1))
				.codecs((codecs) -> codecs.defaultCodecs().maxInMemorySize(-1))
				.build();
			this.gateway.audited.clear();
		}

		WebTestClient.ResponseSpec post(String part) {
			return this.client.post()
				.uri(PATH)
				.contentType(MediaType.APPLICATION_JSON)
				.bodyValue(Map.of("part", part))
				.exchange();
		}

		List<String> download() {
			return text().lines().filter((line) -> !line.startsWith("#")).toList();
		}

		String text() {
			String text = this.client.get()
				.uri(PATH)
				.exchange()
				.expectStatus()
				.isOk()
				.expectBody(String.class)
				.returnResult()
				.getResponseBody();
			return Objects.requireNonNull(text);
		}

		long level(String key) {
			return this.limiter.peek("rating", key).level() / MicroTokens.PER_TOKEN;
		}

	}

	@Nested
	class ByDefault extends OnGateway {

		@Test
		void everythingCanBeDownloadedAndNothingMerged() {
			this.limiter.tryConsume("rating", "downloaded", 7);
			Lost other = new Lost("other", "a-secret");
			download().forEach((line) -> other.file.merge(Base64.getDecoder().decode(line)));
			assertThat(other.limiter.peek("rating", "downloaded").level() / MicroTokens.PER_TOKEN).isEqualTo(3);
			post(other.lines().get(0)).expectStatus().isEqualTo(405);
			assertThat(this.gateway.audited).isEmpty();
		}

	}

	@Nested
	class AsAFile extends OnGateway {

		@Test
		void theFirstLineHasTheVersionAndTheLastTheChecksumOfAllBefore() throws Exception {
			this.limiter.tryConsume("rating", "kept", 7);
			String text = text();
			String last = text.lines().reduce((one, next) -> next).orElseThrow();
			String before = text.substring(0, text.length() - last.length() - 1);
			MessageDigest digest = MessageDigest.getInstance("SHA-256");
			String sum = HexFormat.of().formatHex(digest.digest(before.getBytes(StandardCharsets.US_ASCII)));
			assertThat(text).startsWith("# openclaw-buckets 1\n").endsWith("\n");
			assertThat(last).isEqualTo("# sha256 " + sum + " " + download().size());
		}

	}

	@Nested
	@TestPropertySource(properties = "management.endpoint.tokenbucketsnapshot.access=unrestricted")
	class WithUnrestrictedAccess extends OnGateway {

		@Test
		void whatWasSpentBeforeTheDisasterIsSpentAgainAndOnlyOnce() {
			Lost lost = new Lost("lost", "a-secret");
			lost.limiter.tryConsume("rating", "k", 6);
			this.limiter.tryConsume("rating", "k", 1);
			for (int i = 0; i < 3; i++) {
				lost.lines().forEach((line) -> post(line).expectStatus().isOk());
				assertThat(level("k")).isEqualTo(3);
			}
			AuditEvent audited = this.gateway.audited.get(1);
			assertThat(audited.getType()).isEqualTo("TOKEN_BUCKET_SNAPSHOT_MERGED");
			assertThat(audited.getData()).containsEntry("merged", 1).containsEntry("rejected", 0);
		}

		@Test
		void anEarlierFileTakesNothingBack() {
			this.limiter.tryConsume("rating", "mine", 2);
			List<String> earlier = download();
			this.limiter.tryConsume("rating", "mine", 5);
			earlier.forEach((line) -> post(line).expectStatus().isOk());
			assertThat(level("mine")).isEqualTo(3);
		}

		@Test
		void thousandsOfBucketsAndLongKeysFitTheBodiesOfRequests() {
			Lost lost = new Lost("many", "a-secret");
			for (int i = 0; i < 3000; i++) {
				lost.limiter.tryConsume("rating", "user-" + i, 4);
			}
			for (int i = 0; i < 30; i++) {
				lost.limiter.tryConsume("rating", "x".repeat(7000) + i, 4);
			}
			lost.lines().forEach((line) -> post(line).expectStatus().isOk());
			assertThat(level("user-2999")).isEqualTo(6);
			assertThat(level("x".repeat(7000) + 29)).isEqualTo(6);
			assertThat(download().size()).isGreaterThan(6);
		}

		@Test
		void whatThisFleetDidNotWriteIsRefused() {
			Lost forger = new Lost("forger", "guessed");
			forger.limiter.tryConsume("rating", "victim", 10);
			for (String part : List.of("", "%%%", "AAAA", forger.lines().get(1))) {
				post(part).expectStatus()
					.isBadRequest()
					.expectHeader()
					.contentType(MediaType.APPLICATION_PROBLEM_JSON)
					.expectBody()
					.jsonPath("$.field")
					.isEqualTo("part");
			}
			assertThat(level("victim")).isEqualTo(10);
			assertThat(this.gateway.audited).isEmpty();
		}

	}

	/** A gateway that is no more. */
	private static final class Lost {

		private final TokenBucketLimiter limiter;

		private final SnapshotFile file;

		Lost(String node, String secret) {
			Limit limit = new Limit("rating", MicroTokens.ofTokens(10), RefillRate.of(1, Duration.ofDays(1)),
					MicroTokens.ofTokens(10), 0);
			BucketStore store = new BucketStore(new MemberId(node, 1),
					List.of(new LimitPolicy(limit, Consistency.BOUNDED, Duration.ofMillis(25))),
					new LimiterSettings(1, Duration.ofMillis(200), 100_000), NanoClock.SYSTEM);
			this.limiter = new TokenBucketLimiter(store, NanoClock.SYSTEM, (delay, task) -> {
			}, null);
			this.file = new SnapshotFile(store,
					MessageSigning.under(List.of(secret), "default", MessageSigning.Unsigned.REJECT), NanoClock.SYSTEM,
					ReplicationListener.NONE);
		}

		List<String> lines() {
			List<String> lines = new ArrayList<>();
			this.file.write((part) -> lines.add(Base64.getEncoder().encodeToString(part)));
			return lines;
		}

	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class Gateway {

		private final List<AuditEvent> audited = new CopyOnWriteArrayList<>();

		@EventListener
		void onAudit(AuditApplicationEvent event) {
			this.audited.add(event.getAuditEvent());
		}

	}

}
