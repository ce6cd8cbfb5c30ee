package io.openclaw.sample.chaos.network;

import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

import io.lettuce.core.ClientOptions;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisException;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.protocol.ProtocolVersion;
import io.lettuce.core.pubsub.RedisPubSubAdapter;
import io.lettuce.core.pubsub.StatefulRedisPubSubConnection;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import io.openclaw.tokenbucket.testing.RedisExtension;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

/**
 * Three clients of a real Redis, through the network.
 */
class NetworkTests {

	private static final List<String> MEMBERS = List.of("a", "b", "c");

	@RegisterExtension
	static final RedisExtension redis = new RedisExtension();

	private Network network;

	private Map<String, Client> clients;

	@BeforeEach
	void connect() {
		connect(ProtocolVersion.RESP3);
	}

	private void connect(ProtocolVersion version) {
		this.network = new Network(redis.port(), MEMBERS);
		this.clients = MEMBERS.stream()
			.collect(Collectors.toMap((member) -> member, (member) -> new Client(this.network.port(member), version)));
	}

	@AfterEach
	void close() {
		this.clients.values().forEach(Client::close);
		this.network.close();
	}

	@ParameterizedTest
	@EnumSource(names = { "RESP2", "RESP3" })
	void losesOnlyMessagesBetweenTheGroups(ProtocolVersion version) {
		close();
		connect(version);
		this.network.cut(List.of("a"), List.of("b", "c"));
		for (String member : MEMBERS) {
			publish(member, "from " + member + " $7\r\n*3\r\n");
		}
		assertThat(received("a", 1)).allMatch((message) -> message.startsWith("from a"));
		assertThat(received("b", 2)).noneMatch((message) -> message.startsWith("from a"));
		assertThat(received("c", 2)).noneMatch((message) -> message.startsWith("from a"));
		this.network.heal();
		publish("a", "healed");
		MEMBERS.forEach((member) -> assertThat(received(member, 1)).containsExactly("healed"));
		assertThat(this.network.lost()).isEqualTo(4);
		assertThat(this.network.strange()).isZero();
	}

	@Test
	void cutOneWayIsOpenTheOtherWay() {
		this.network.cutOneWay(List.of("a"), List.of("b"));
		publish("a", "1");
		publish("b", "2");
		assertThat(received("a", 2)).containsExactlyInAnyOrder("1", "2");
		assertThat(received("b", 1)).containsExactly("2");
	}

	@Test
	void losesAboutAsManyMessagesAsTold() {
		this.network.lose(0.2, 1);
		int published = 500;
		IntStream.range(0, published).forEach((i) -> publish("a", "m" + i));
		await().until(() -> this.network.lost() + this.network.delivered() == 3L * published);
		assertThat(this.network.lost() / (3.0 * published)).isBetween(0.14, 0.26);
	}

	@Test
	void resetEndsConnectionsAndRefusalKeepsThemFromComingBack() {
		this.network.refuse("a");
		await().until(() -> !this.clients.get("a").connection.isOpen());
		assertThat(this.clients.get("b").connection.isOpen()).isTrue();
		assertThatThrownBy(() -> new Client(this.network.port("a"), ProtocolVersion.RESP3))
			.isInstanceOf(RedisException.class);
		this.network.heal();
		new Client(this.network.port("a"), ProtocolVersion.RESP3).close();
	}

	private void publish(String member, String message) {
		this.clients.get(member).publisher.sync().publish("channel", message);
	}

	private List<String> received(String member, int count) {
		BlockingQueue<String> inbox = this.clients.get(member).inbox;
		List<String> messages = IntStream.range(0, count).mapToObj((i) -> next(inbox)).toList();
		assertThat(inbox).isEmpty();
		return messages;
	}

	private static String next(BlockingQueue<String> inbox) {
		try {
			return String.valueOf(inbox.poll(10, TimeUnit.SECONDS));
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			throw new IllegalStateException(ex);
		}
	}

	private static final class Client {

		private final RedisClient client;

		private final StatefulRedisPubSubConnection<String, String> connection;

		private final StatefulRedisConnection<String, String> publisher;

		private final BlockingQueue<String> inbox = new LinkedBlockingQueue<>();

		Client(int port, ProtocolVersion version) {
			this.client = RedisClient.create("redis://127.0.0.1:" + port);
			this.client.setOptions(ClientOptions.builder().autoReconnect(false).protocolVersion(version).build());
			this.publisher = this.client.connect();
			this.connection = this.client.connectPubSub();
			this.connection.addListener(new RedisPubSubAdapter<>() {

				@Override
				public void message(String channel, String message) {
					Client.this.inbox.add(message);
				}

			});
			this.connection.sync().subscribe("channel");
		}

		void close() {
			this.client.shutdown();
		}

	}

}
