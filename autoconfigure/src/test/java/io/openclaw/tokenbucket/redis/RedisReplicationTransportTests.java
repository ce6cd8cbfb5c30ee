package io.openclaw.tokenbucket.redis;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.extension.RegisterExtension;

import org.springframework.data.redis.connection.RedisConnectionFactory;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;

import io.openclaw.tokenbucket.crdt.MemberId;
import io.openclaw.tokenbucket.replication.port.BusStatus;
import io.openclaw.tokenbucket.replication.port.ReplicationTransport;
import io.openclaw.tokenbucket.testing.RedisExtension;
import io.openclaw.tokenbucket.testing.TcpProxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.awaitility.Awaitility.await;
import static org.mockito.Mockito.mock;

/**
 * Tests for {@link RedisReplicationTransport}.
 */
class RedisReplicationTransportTests {

	@RegisterExtension
	static final RedisExtension redis = new RedisExtension();

	private static final MemberId ALICE = new MemberId("alice", 1);

	private static final MemberId ALICE_REBORN = new MemberId("alice", 2);

	private static final MemberId BOB = new MemberId("bob", 1);

	private final List<AutoCloseable> opened = new ArrayList<>();

	private String namespace = "";

	@BeforeEach
	void namespaceOfTheTest(TestInfo test) {
		redis.start();
		this.namespace = test.getDisplayName();
	}

	@AfterEach
	void closeAll() throws Exception {
		for (AutoCloseable closeable : this.opened) {
			closeable.close();
		}
	}

	@Test
	void messageToAllArrivesAtAllAndAtTheSender() {
		Inbox alice = new Inbox();
		Inbox bob = new Inbox();
		ReplicationTransport transport = started(ALICE, alice);
		started(BOB, bob);
		transport.publish(bytes("hello"));
		await().untilAsserted(() -> {
			assertThat(alice.messages()).containsExactly("0:hello");
			assertThat(bob.messages()).containsExactly("0:hello");
		});
	}

	@Test
	void messageToOneArrivesAtItsNodeAlone() {
		Inbox alice = new Inbox();
		Inbox reborn = new Inbox();
		Inbox bob = new Inbox();
		started(ALICE, alice);
		started(ALICE_REBORN, reborn);
		ReplicationTransport transport = started(BOB, bob);
		transport.send(ALICE_REBORN, bytes("for you"));
		transport.publish(bytes("end"));
		await().untilAsserted(() -> {
			assertThat(reborn.messages()).containsExactly("0:for you", "0:end");
			// An older process of the node ignores what it hears: it is replaced.
			assertThat(alice.messages()).containsExactly("0:for you", "0:end");
			assertThat(bob.messages()).containsExactly("0:end");
		});
	}

	@Test
	void namespacesDoNotHearEachOther() {
		Inbox alice = new Inbox();
		Inbox stranger = new Inbox();
		ReplicationTransport transport = started(ALICE, alice);
		this.namespace = this.namespace + "-other";
		ReplicationTransport other = started(BOB, stranger);
		transport.publish(bytes("ours"));
		other.publish(bytes("theirs"));
		other.send(ALICE, bytes("theirs"));
		transport.publish(bytes("end"));
		await().untilAsserted(() -> {
			assertThat(alice.messages()).containsExactly("0:ours", "0:end");
			assertThat(stranger.messages()).containsExactly("0:theirs");
		});
		transport.renewPresence(ALICE, Duration.ofMinutes(1));
		await().untilAsserted(() -> assertThat(present(transport, ALICE)).containsExactly(ALICE));
		assertThat(present(other, ALICE)).isEmpty();
	}

	@Test
	void bytesArriveAsTheyWere() {
		byte[] message = new byte[256];
		IntStream.range(0, message.length).forEach((i) -> message[i] = (byte) i);
		List<byte[]> arrived = new ArrayList<>();
		ReplicationTransport transport = transport(this.namespace, Map.of("redis", factory(redis.port())));
		transport.start(ALICE, (bus, received) -> arrived.add(received));
		awaitConnected(transport);
		transport.publish(message);
		await().untilAsserted(() -> assertThat(arrived).containsExactly(message));
	}

	@Test
	void presenceIsFoundUntilItFades() {
		ReplicationTransport transport = started(ALICE, new Inbox());
		transport.renewPresence(ALICE, Duration.ofMinutes(1));
		transport.renewPresence(BOB, Duration.ofMillis(300));
		assertThat(present(transport, ALICE, BOB, ALICE_REBORN)).containsExactlyInAnyOrder(ALICE, BOB);
		await().untilAsserted(() -> assertThat(present(transport, ALICE, BOB)).containsExactly(ALICE));
		transport.removePresence(ALICE);
		assertThat(present(transport, ALICE, BOB)).isEmpty();
	}

	@Test
	void presenceOfNobodyIsAnAnswer() {
		ReplicationTransport transport = started(ALICE, new Inbox());
		assertThat(present(transport)).isEmpty();
	}

	@Test
	void whatIsPublishedDuringAnOutageIsDroppedCountedAndNotDeliveredLater() {
		Inbox inbox = new Inbox();
		ReplicationTransport transport = started(ALICE, inbox);
		redis.stop();
		await().untilAsserted(() -> assertThat(status(transport).connected()).isFalse());
		IntStream.range(0, 1000).forEach((i) -> transport.publish(bytes("stale")));
		transport.send(ALICE, bytes("stale"));
		await().untilAsserted(() -> assertThat(status(transport).failedPublishes()).isEqualTo(1001));
		assertThat(transport.findPresent(Set.of(ALICE))).failsWithin(Duration.ofSeconds(3));
		redis.start();
		awaitConnected(transport);
		transport.publish(bytes("fresh"));
		transport.send(ALICE, bytes("for me"));
		await().untilAsserted(() -> assertThat(inbox.messages()).containsExactly("0:fresh", "0:for me"));
		assertThat(status(transport).failedPublishes()).isEqualTo(1001);
	}

	@Test
	void whatIsOnItsWayWhenRedisGoesIsNotSentAgain() {
		Inbox inbox = new Inbox();
		TcpProxy proxy = new TcpProxy(redis.port());
		ReplicationTransport transport = transport(this.namespace, Map.of("redis", factory(proxy.port())));
		this.opened.add(proxy);
		transport.start(ALICE, inbox);
		awaitConnected(transport);
		Thread publisher = new Thread(() -> {
			while (!Thread.currentThread().isInterrupted()) {
				transport.publish(bytes("old"));
			}
		});
		publisher.start();
		await().untilAsserted(() -> assertThat(inbox.messages()).isNotEmpty());
		proxy.refuse(true);
		redis.stop();
		await().untilAsserted(() -> assertThat(status(transport).connected()).isFalse());
		publisher.interrupt();
		await().until(() -> !publisher.isAlive());
		redis.start();
		// Listens before the other is back. What had arrived there before the end, and is
		// still being read, would else look as if it were sent again.
		Inbox witness = new Inbox();
		started(BOB, witness);
		proxy.refuse(false);
		awaitConnected(transport);
		transport.publish(bytes("new"));
		await().untilAsserted(() -> assertThat(witness.messages()).containsExactly("0:new"));
	}

	@Test
	void startsWithoutRedisAndSubscribesWhenItComes() {
		redis.stop();
		Inbox inbox = new Inbox();
		ReplicationTransport transport = transport(this.namespace, Map.of("redis", factory(redis.port())));
		transport.start(ALICE, inbox);
		transport.publish(bytes("into the void"));
		assertThat(transport.buses()).containsExactly(new BusStatus("redis", false, 0));
		redis.start();
		awaitConnected(transport);
		assertThat(transport.buses()).containsExactly(new BusStatus("redis", true, 0));
		transport.publish(bytes("hello"));
		await().untilAsserted(() -> assertThat(inbox.messages()).containsExactly("0:hello"));
	}

	@Test
	void stalledRedisTakesBoundedMemoryAndIsLeftForAFreshConnection() {
		Inbox inbox = new Inbox();
		TcpProxy proxy = new TcpProxy(redis.port());
		ReplicationTransport transport = transport(this.namespace, Map.of("redis", factory(proxy.port())));
		this.opened.add(proxy);
		transport.start(ALICE, inbox);
		awaitConnected(transport);
		proxy.hold(true);
		byte[] large = new byte[16 << 10];
		IntStream.range(0, 10_000).forEach((i) -> transport.publish(large));
		long fit = RedisSession.MAX_BYTES_IN_FLIGHT / large.length;
		assertThat(status(transport).failedPublishes()).isGreaterThanOrEqualTo(10_000 - fit);
		await().atMost(Duration.ofSeconds(20)).untilAsserted(() -> {
			transport.publish(bytes("old"));
			assertThat(status(transport).connected()).isFalse();
		});
		inbox.messages().clear();
		proxy.hold(false);
		awaitConnected(transport);
		transport.publish(bytes("new"));
		await().untilAsserted(() -> assertThat(inbox.messages()).endsWith("0:new"));
	}

	@Test
	void tenThousandMessagesAtOnceArriveInOrder() {
		Inbox inbox = new Inbox();
		ReplicationTransport transport = started(ALICE, inbox);
		IntStream.range(0, 10_000).forEach((i) -> transport.publish(bytes("" + i)));
		await().untilAsserted(() -> assertThat(inbox.messages()).hasSize(10_000));
		assertThat(inbox.messages()).isEqualTo(IntStream.range(0, 10_000).mapToObj((i) -> "0:" + i).toList());
		assertThat(status(transport).failedPublishes()).isZero();
	}

	@Test
	void severalBusesCarryEveryMessageAndAMajorityFindsPresence() {
		Inbox inbox = new Inbox();
		Map<String, RedisConnectionFactory> factories = new LinkedHashMap<>();
		TcpProxy one = new TcpProxy(redis.port());
		TcpProxy two = new TcpProxy(redis.port());
		TcpProxy three = new TcpProxy(redis.port());
		factories.put("one", factory(one.port()));
		factories.put("two", factory(two.port()));
		factories.put("three", factory(three.port()));
		ReplicationTransport transport = transport(this.namespace, factories);
		this.opened.addAll(List.of(one, two, three));
		transport.start(ALICE, inbox);
		await().until(() -> transport.buses().stream().allMatch(BusStatus::connected));
		transport.send(ALICE, bytes("once each"));
		// The three proxies lead to one server, so each bus hears the other two as well.
		await().untilAsserted(() -> assertThat(inbox.messages()).hasSize(9)
			.containsOnly("0:once each", "1:once each", "2:once each"));
		transport.renewPresence(ALICE, Duration.ofMinutes(1));
		assertThat(present(transport, ALICE)).containsExactly(ALICE);
		two.close();
		await().until(() -> !transport.buses().get(1).connected());
		assertThat(present(transport, ALICE)).containsExactly(ALICE);
		three.close();
		await().until(() -> !transport.buses().get(2).connected());
		assertThat(transport.findPresent(Set.of(ALICE))).failsWithin(Duration.ofSeconds(3));
		assertThat(transport.buses()).extracting(BusStatus::name).containsExactly("one", "two", "three");
	}

	@Test
	void closedTransportLeavesNoConnectionAndNoThread() {
		// Contexts of other tests may be cached.
		Set<Thread> before = Thread.getAllStackTraces().keySet();
		ReplicationTransport transport = started(ALICE, new Inbox());
		transport.close();
		await().untilAsserted(() -> assertThat(status(transport).connected()).isFalse());
		transport.publish(bytes("late"));
		assertThat(status(transport).failedPublishes()).isEqualTo(1);
		LettuceConnectionFactory factory = factory(redis.port());
		await().untilAsserted(() -> assertThat(factory.getConnection().serverCommands().getClientList())
			.noneMatch((client) -> client.get("sub") != null && !client.get("sub").equals("0")));
		await().untilAsserted(
				() -> assertThat(Thread.getAllStackTraces().keySet()).filteredOn((thread) -> !before.contains(thread))
					.extracting(Thread::getName)
					.noneMatch((name) -> name.startsWith("openclaw-redis")));
	}

	@Test
	void applicationsOwnConnectionsKeepTheirOptions() {
		LettuceConnectionFactory factory = factory(redis.port());
		started(factory, ALICE, new Inbox());
		assertThat(factory.getRequiredNativeClient().getOptions().isAutoReconnect()).isTrue();
		assertThat(factory.getConnection().ping()).isEqualTo("PONG");
	}

	@Test
	void startsOnce() {
		ReplicationTransport transport = started(ALICE, new Inbox());
		assertThatIllegalStateException().isThrownBy(() -> transport.start(ALICE, new Inbox()));
	}

	@Test
	void connectionFactoryOfAnotherKindIsRefusedByName() {
		RedisConnectionFactory other = mock();
		assertThatIllegalArgumentException().isThrownBy(() -> new RedisReplicationTransport(other, "test"))
			.withMessageContaining("LettuceConnectionFactory")
			.withMessageContaining(other.getClass().getName());
	}

	@Test
	void emptyNamespaceIsRefused() {
		RedisConnectionFactory factory = factory(redis.port());
		assertThatIllegalArgumentException().isThrownBy(() -> new RedisReplicationTransport(factory, ""))
			.withMessageContaining("namespace");
	}

	private ReplicationTransport started(MemberId self, Inbox inbox) {
		return started(factory(redis.port()), self, inbox);
	}

	private ReplicationTransport started(LettuceConnectionFactory factory, MemberId self, Inbox inbox) {
		ReplicationTransport transport = transport(this.namespace, Map.of("redis", factory));
		transport.start(self, inbox);
		awaitConnected(transport);
		return transport;
	}

	private ReplicationTransport transport(String namespace, Map<String, ? extends RedisConnectionFactory> factories) {
		ReplicationTransport transport = new RedisReplicationTransport(factories, namespace);
		this.opened.add(transport);
		return transport;
	}

	private LettuceConnectionFactory factory(int port) {
		LettuceConnectionFactory factory = new LettuceConnectionFactory(redis.host(), port);
		factory.start();
		this.opened.add(factory::destroy);
		return factory;
	}

	private static void awaitConnected(ReplicationTransport transport) {
		await().atMost(Duration.ofSeconds(20)).until(() -> status(transport).connected());
	}

	private static BusStatus status(ReplicationTransport transport) {
		return transport.buses().get(0);
	}

	private static Set<MemberId> present(ReplicationTransport transport, MemberId... members) {
		return transport.findPresent(Set.of(members)).toCompletableFuture().orTimeout(5, TimeUnit.SECONDS).join();
	}

	private static byte[] bytes(String text) {
		return text.getBytes(StandardCharsets.UTF_8);
	}

}
