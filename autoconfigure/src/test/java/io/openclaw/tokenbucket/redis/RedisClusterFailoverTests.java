package io.openclaw.tokenbucket.redis;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.stream.IntStream;

import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.api.sync.RedisCommands;
import io.lettuce.core.cluster.SlotHash;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

import org.springframework.data.redis.connection.RedisClusterConfiguration;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;

import io.openclaw.tokenbucket.crdt.MemberId;
import io.openclaw.tokenbucket.persistence.SnapshotStore;
import io.openclaw.tokenbucket.replication.port.ReplicationTransport;
import io.openclaw.tokenbucket.testing.RedisExtension;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * A Redis Cluster of three masters, one of which has a replica and dies: that to which
 * all keys and messages go.
 */
class RedisClusterFailoverTests {

	private static final String NAMESPACE = "test";

	private static final int MASTERS = 3;

	private static final Duration TTL = Duration.ofMinutes(10);

	private static final List<RedisExtension> masters = IntStream.range(0, MASTERS).mapToObj((i) -> node()).toList();

	private static final RedisExtension replica = node();

	private static RedisExtension busy;

	private static RedisExtension node() {
		return RedisExtension.embedded("cluster-enabled yes", "cluster-announce-ip 127.0.0.1",
				"cluster-node-timeout 3000", "cluster-slave-validity-factor 0", "repl-diskless-sync-delay 0");
	}

	@BeforeAll
	static void formCluster() {
		nodes().forEach(RedisExtension::start);
		int slot = SlotHash.getSlot(new RedisNamespace(NAMESPACE).snapshot());
		for (int i = 0; i < MASTERS; i++) {
			int from = i * SlotHash.SLOT_COUNT / MASTERS;
			int to = (i + 1) * SlotHash.SLOT_COUNT / MASTERS;
			run(masters.get(i), (redis) -> redis.clusterAddSlots(IntStream.range(from, to).toArray()));
			busy = (slot >= from && slot < to) ? masters.get(i) : busy;
		}
		nodes().forEach((node) -> run(masters.get(0), (redis) -> redis.clusterMeet(node.host(), node.port())));
		nodes().forEach((node) -> await().atMost(Duration.ofSeconds(30))
			.until(() -> run(node, RedisCommands::clusterInfo).contains("cluster_state:ok")
					&& run(node, RedisCommands::clusterInfo).contains("cluster_known_nodes:4")));
		String master = run(busy, RedisCommands::clusterMyId);
		run(replica, (redis) -> redis.clusterReplicate(master));
		await().atMost(Duration.ofSeconds(30))
			.until(() -> run(replica, (redis) -> redis.info("replication")).contains("master_link_status:up"));
	}

	@AfterAll
	static void stopCluster() {
		nodes().forEach(RedisExtension::stop);
	}

	@Test
	void theReplicaTakesOverWithWhatWasSavedAndCarriesMessages() {
		MemberId self = new MemberId("alice", 1);
		Inbox inbox = new Inbox();
		LettuceConnectionFactory factory = factory();
		try (ReplicationTransport transport = new RedisReplicationTransport(factory, NAMESPACE);
				SnapshotStore store = new RedisSnapshotStore(List.of(factory), NAMESPACE)) {
			transport.start(self, inbox);
			awaitCarried(transport, inbox, "before");
			assertThat(load(store)).isEmpty();
			assertThat(save(store, "early")).isTrue();
			long copies = run(busy, (redis) -> redis.waitForReplication(1, 10_000));
			assertThat(copies).isEqualTo(1);
			busy.stop();
			awaitCarried(transport, inbox, "after");
			await().atMost(Duration.ofSeconds(90)).ignoreExceptions().until(() -> {
				save(store, "late");
				return true;
			});
			await().atMost(Duration.ofSeconds(30)).untilAsserted(() -> {
				transport.renewPresence(self, TTL);
				assertThat(transport.findPresent(Set.of(self))).succeedsWithin(Duration.ofSeconds(5))
					.isEqualTo(Set.of(self));
			});
		}
		try (SnapshotStore store = new RedisSnapshotStore(List.of(factory()), NAMESPACE)) {
			await().atMost(Duration.ofSeconds(60))
				.ignoreExceptions()
				.untilAsserted(() -> assertThat(load(store)).containsExactlyInAnyOrder("early", "late"));
		}
	}

	private static void awaitCarried(ReplicationTransport transport, Inbox inbox, String text) {
		await().atMost(Duration.ofSeconds(60)).pollInterval(Duration.ofMillis(200)).until(() -> {
			transport.publish(text.getBytes(StandardCharsets.UTF_8));
			return inbox.messages().contains("0:" + text);
		});
	}

	private static boolean save(SnapshotStore store, String name) {
		return store.save(Map.of(name, name.getBytes(StandardCharsets.UTF_8)), List.of(), TTL)
			.toCompletableFuture()
			.orTimeout(20, TimeUnit.SECONDS)
			.join();
	}

	private static List<String> load(SnapshotStore store) {
		Collection<SnapshotStore.Entry> entries = new ConcurrentLinkedQueue<>();
		store.load(entries::addAll).toCompletableFuture().orTimeout(20, TimeUnit.SECONDS).join();
		return entries.stream().map((entry) -> new String(entry.value(), StandardCharsets.UTF_8)).toList();
	}

	private static LettuceConnectionFactory factory() {
		return new LettuceConnectionFactory(new RedisClusterConfiguration(
				nodes().stream().map((node) -> node.host() + ":" + node.port()).toList()));
	}

	private static List<RedisExtension> nodes() {
		List<RedisExtension> nodes = new ArrayList<>(masters);
		nodes.add(replica);
		return nodes;
	}

	private static <T> T run(RedisExtension server, Function<RedisCommands<String, String>, T> command) {
		RedisClient client = RedisClient.create(RedisURI.create(server.host(), server.port()));
		try (client; StatefulRedisConnection<String, String> connection = client.connect()) {
			return command.apply(connection.sync());
		}
	}

}
