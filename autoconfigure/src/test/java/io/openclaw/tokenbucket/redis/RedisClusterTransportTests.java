package io.openclaw.tokenbucket.redis;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;

import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import io.lettuce.core.api.StatefulRedisConnection;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

import org.springframework.data.redis.connection.RedisClusterConfiguration;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;

import io.openclaw.tokenbucket.crdt.MemberId;
import io.openclaw.tokenbucket.replication.port.ReplicationTransport;
import io.openclaw.tokenbucket.testing.RedisExtension;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Tests for {@link RedisReplicationTransport} over a Redis Cluster, here of one node with
 * all slots.
 */
class RedisClusterTransportTests {

	@RegisterExtension
	static final RedisExtension redis = new RedisExtension("cluster-enabled yes", "cluster-announce-ip 127.0.0.1");

	private static final MemberId ALICE = new MemberId("alice", 1);

	private static final MemberId BOB = new MemberId("bob", 1);

	@Test
	void carriesMessagesAndPresenceAgainAfterAnOutage() {
		formCluster();
		LettuceConnectionFactory factory = new LettuceConnectionFactory(
				new RedisClusterConfiguration(List.of(redis.host() + ":" + redis.port())));
		Inbox inbox = new Inbox();
		try (ReplicationTransport transport = new RedisReplicationTransport(factory, "test")) {
			transport.start(ALICE, inbox);
			assertCarries(transport, inbox);
			redis.stop();
			await().until(() -> !transport.buses().get(0).connected());
			redis.start();
			formCluster();
			inbox.messages().clear();
			assertCarries(transport, inbox);
		}
		assertThat(new RedisIncarnations(List.of(factory), "test").next("edge", Duration.ofSeconds(10))).isPositive();
	}

	private static void assertCarries(ReplicationTransport transport, Inbox inbox) {
		// It may have connected before the cluster had its slots, and then finds that out
		// by sending.
		await().atMost(Duration.ofSeconds(30)).pollInterval(Duration.ofMillis(200)).until(() -> {
			transport.publish("knock".getBytes(StandardCharsets.UTF_8));
			return inbox.messages().contains("0:knock");
		});
		transport.publish("all".getBytes(StandardCharsets.UTF_8));
		transport.send(ALICE, "one".getBytes(StandardCharsets.UTF_8));
		await().untilAsserted(() -> assertThat(inbox.messages()).containsSubsequence("0:all", "0:one"));
		transport.renewPresence(ALICE, Duration.ofMinutes(1));
		assertThat(transport.findPresent(Set.of(ALICE, BOB))).succeedsWithin(Duration.ofSeconds(5))
			.isEqualTo(Set.of(ALICE));
	}

	private static void formCluster() {
		RedisClient client = RedisClient.create(RedisURI.create(redis.host(), redis.port()));
		try (client; StatefulRedisConnection<String, String> connection = client.connect()) {
			connection.sync().clusterAddSlots(IntStream.range(0, 16384).toArray());
			await().until(() -> connection.sync().clusterInfo().contains("cluster_state:ok"));
		}
	}

}
