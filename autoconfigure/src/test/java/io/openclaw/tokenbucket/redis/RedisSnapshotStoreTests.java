package io.openclaw.tokenbucket.redis;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.stream.Stream;

import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.api.sync.RedisCommands;
import io.lettuce.core.codec.StringCodec;
import io.lettuce.core.output.StatusOutput;
import io.lettuce.core.protocol.CommandArgs;
import io.lettuce.core.protocol.CommandType;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

import org.springframework.data.redis.connection.RedisStandaloneConfiguration;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;

import io.openclaw.tokenbucket.crdt.MemberId;
import io.openclaw.tokenbucket.persistence.SnapshotStore;
import io.openclaw.tokenbucket.persistence.SnapshotStore.Entry;
import io.openclaw.tokenbucket.replication.port.ReplicationTransport;
import io.openclaw.tokenbucket.testing.RedisExtension;
import io.openclaw.tokenbucket.testing.TcpProxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.awaitility.Awaitility.await;

/**
 * Tests for {@link RedisSnapshotStore} with real servers.
 */
class RedisSnapshotStoreTests {

	@RegisterExtension
	static final RedisExtension one = new RedisExtension();

	@RegisterExtension
	static final RedisExtension two = new RedisExtension();

	@RegisterExtension
	static final RedisExtension three = new RedisExtension();

	private static final Duration TTL = Duration.ofMinutes(10);

	private static final String HASH = "openclaw:{test}:snapshot";

	private final List<AutoCloseable> opened = new ArrayList<>();

	@BeforeEach
	void flush() {
		for (RedisExtension server : List.of(one, two, three)) {
			server.start();
			run(server, RedisCommands::flushall);
		}
	}

	@AfterEach
	void close() throws Exception {
		for (AutoCloseable closeable : this.opened) {
			closeable.close();
		}
	}

	@Test
	void whatIsSavedIsReadBackWithItsAge() {
		SnapshotStore store = loaded(one.port());
		assertThat(save(store, Map.of("rating:a", bytes("A"), "rating:b", bytes("B")), List.of())).isTrue();
		long since = System.nanoTime();
		await().pollDelay(Duration.ofMillis(300)).until(() -> true);
		assertThat(save(store, Map.of("rating:c", bytes("C")), List.of("rating:b"))).isTrue();
		Map<String, Duration> entries = load(store(one.port()));
		Duration between = Duration.ofNanos(System.nanoTime() - since).plusSeconds(1);
		assertThat(entries).containsOnlyKeys("A", "C");
		assertThat(entries.get("A")).isBetween(Duration.ofMillis(290), between);
		assertThat(entries.get("C")).isLessThan(entries.get("A"));
	}

	@Test
	void everythingIsKeptAsLongAsAskedAndMeasured() {
		SnapshotStore store = loaded(one.port());
		save(store, Map.of("rating:a", new byte[1000]), List.of());
		Long left = run(one, (redis) -> redis.pttl(HASH));
		assertThat(left).isBetween(TTL.toMillis() - 60_000, TTL.toMillis());
		assertThat(store.bytes()).isBetween(1000L, 4000L);
	}

	@Test
	void tenThousandEntriesAreReadInPages() {
		SnapshotStore store = loaded(one.port());
		Map<String, byte[]> entries = new LinkedHashMap<>();
		for (int i = 0; i < 10_000; i++) {
			entries.put("rating:" + i, bytes("" + i));
		}
		save(store, entries, List.of());
		List<Integer> pages = new ArrayList<>();
		assertThat(store(one.port()).load((page) -> pages.add(page.size()))).succeedsWithin(Duration.ofSeconds(10));
		assertThat(pages.stream().mapToInt(Integer::intValue).sum()).isGreaterThanOrEqualTo(10_000);
		assertThat(pages).hasSizeGreaterThan(5).allMatch((size) -> size < 3000);
	}

	@Test
	void whatSomebodyElseWroteIsLeftToWhoeverValidatesIt() {
		run(one, (redis) -> redis.hset(HASH,
				Map.of("x", "", "y", "123", "z", "not a time at all", "#generation", "x")));
		assertThat(load(store(one.port()))).hasSize(2).containsKeys("", " all");
	}

	@Test
	void aServerThatLostWhatWasWrittenIsNoticed() {
		SnapshotStore store = loaded(one.port());
		assertThat(save(store, Map.of("a", bytes("A")), List.of())).isTrue();
		run(one, RedisCommands::flushall);
		assertThat(save(store, Map.of(), List.of())).isFalse();
		assertThat(save(store, Map.of("a", bytes("A")), List.of())).isTrue();
		one.stop();
		assertThat(store.save(Map.of(), List.of(), TTL)).failsWithin(Duration.ofSeconds(10));
		one.start();
		await().atMost(Duration.ofSeconds(20))
			.ignoreExceptions()
			.untilAsserted(() -> assertThat(save(store, Map.of(), List.of())).isFalse());
		assertThat(save(store, Map.of(), List.of())).isTrue();
	}

	@Test
	void aDeadServerOfThreeCostsNothingAndIsCaughtUpWhenItComes() {
		three.stop();
		SnapshotStore store = loaded(one.port(), two.port(), three.port());
		assertThat(save(store, Map.of("a", bytes("A")), List.of())).isTrue();
		three.start();
		await().atMost(Duration.ofSeconds(30))
			.untilAsserted(() -> assertThat(save(store, Map.of(), List.of())).isFalse());
		assertThat(save(store, Map.of("a", bytes("A")), List.of())).isTrue();
		assertThat(load(store(three.port()))).containsOnlyKeys("A");
	}

	@Test
	void oneOfTwoServersMayDieAndIsFilledAgainWhenItIsBack() {
		SnapshotStore store = loaded(one.port(), two.port());
		assertThat(save(store, Map.of("a", bytes("A")), List.of())).isTrue();
		two.stop();
		assertThat(save(store, Map.of("b", bytes("B")), List.of())).isTrue();
		assertThat(load(store(one.port()))).containsOnlyKeys("A", "B");
		two.start();
		await().atMost(Duration.ofSeconds(30))
			.untilAsserted(() -> assertThat(save(store, Map.of(), List.of())).isFalse());
		assertThat(save(store, Map.of("a", bytes("A"), "b", bytes("B")), List.of())).isTrue();
		assertThat(load(store(two.port()))).containsOnlyKeys("A", "B");
	}

	@Test
	void whatOneOfTwoServersHasIsReadEvenWhereTheOtherIsDead() {
		save(loaded(one.port()), Map.of("a", bytes("A")), List.of());
		two.stop();
		Collection<Entry> entries = new ConcurrentLinkedQueue<>();
		SnapshotStore store = store(one.port(), two.port());
		assertThat(store.load(entries::addAll)).failsWithin(Duration.ofSeconds(10));
		assertThat(entries).singleElement().satisfies((entry) -> assertThat(entry.value()).isEqualTo(bytes("A")));
		two.start();
		await().atMost(Duration.ofSeconds(30))
			.ignoreExceptions()
			.untilAsserted(() -> assertThat(store.load(entries::addAll)).succeedsWithin(Duration.ofSeconds(10)));
	}

	@Test
	void aSilentServerOfThreeIsWaitedForOnceAndThenLeftAlone() {
		TcpProxy proxy = new TcpProxy(three.port());
		this.opened.add(proxy);
		SnapshotStore store = loaded(one.port(), two.port(), proxy.port());
		proxy.hold(true);
		save(store, Map.of("a", bytes("A")), List.of());
		long start = System.nanoTime();
		for (int i = 0; i < 20; i++) {
			save(store, Map.of("a" + i, bytes("A")), List.of());
		}
		// Were each to wait for an answer, it would take 40 s.
		assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(20));
	}

	@Test
	void tooFewServersThatAnswerAreAFailureToRead() {
		two.stop();
		three.stop();
		SnapshotStore store = store(one.port(), two.port(), three.port());
		assertThat(store.load((page) -> {
		})).failsWithin(Duration.ofSeconds(10));
	}

	@Test
	void aUserWithTheDocumentedRightsIsEnough() {
		CommandArgs<String, String> rights = new CommandArgs<>(StringCodec.UTF8).add("SETUSER").add("gateway");
		"""
				reset on >secret ~openclaw:{test}:* resetchannels &openclaw:{test}:* +publish +subscribe +unsubscribe \
				+get +set +del \
				+mget +eval +time +hset +hdel +hget +hincrby +hscan +pexpire +ping +hello +client|setname +client|setinfo\
				"""
			.lines()
			.flatMap((line) -> Stream.of(line.split(" ")))
			.forEach(rights::add);
		run(one, (redis) -> redis.dispatch(CommandType.ACL, new StatusOutput<>(StringCodec.UTF8), rights));
		RedisStandaloneConfiguration server = new RedisStandaloneConfiguration(one.host(), one.port());
		server.setUsername("gateway");
		server.setPassword("secret");
		LettuceConnectionFactory factory = new LettuceConnectionFactory(server);
		MemberId self = new MemberId("a",
				new RedisIncarnations(List.of(factory), "test").next("a", Duration.ofSeconds(5)));
		Inbox inbox = new Inbox();
		try (ReplicationTransport transport = new RedisReplicationTransport(factory, "test");
				SnapshotStore store = new RedisSnapshotStore(List.of(factory), "test")) {
			transport.start(self, inbox);
			await().until(() -> transport.buses().get(0).connected());
			transport.publish(bytes("hello"));
			await().untilAsserted(() -> assertThat(inbox.messages()).containsExactly("0:hello"));
			transport.renewPresence(self, TTL);
			assertThat(transport.findPresent(Set.of(self))).succeedsWithin(Duration.ofSeconds(5))
				.isEqualTo(Set.of(self));
			transport.removePresence(self);
			load(store);
			assertThat(save(store, Map.of("a", bytes("A")), List.of("b"))).isTrue();
			// Without +memory|usage the size is not known.
			assertThat(store.bytes()).isZero();
		}
		List<String> keys = run(one, (redis) -> redis.keys("openclaw:*"));
		assertThat(keys).contains("openclaw:{test}:incarnation:a", HASH);
	}

	@Test
	void aStoreWithoutServersIsRefused() {
		assertThatIllegalArgumentException().isThrownBy(() -> new RedisSnapshotStore(List.of(), "test"));
	}

	private SnapshotStore loaded(int... ports) {
		SnapshotStore store = store(ports);
		load(store);
		return store;
	}

	private SnapshotStore store(int... ports) {
		List<LettuceConnectionFactory> factories = new ArrayList<>();
		for (int port : ports) {
			factories.add(new LettuceConnectionFactory(one.host(), port));
		}
		SnapshotStore store = new RedisSnapshotStore(factories, "test");
		this.opened.add(0, store);
		return store;
	}

	private static Map<String, Duration> load(SnapshotStore store) {
		Collection<Entry> entries = new ConcurrentLinkedQueue<>();
		store.load(entries::addAll).toCompletableFuture().orTimeout(20, TimeUnit.SECONDS).join();
		Map<String, Duration> ages = new LinkedHashMap<>();
		entries.forEach((entry) -> ages.put(new String(entry.value(), StandardCharsets.UTF_8), entry.age()));
		return ages;
	}

	private static boolean save(SnapshotStore store, Map<String, byte[]> written, List<String> deleted) {
		return store.save(written, deleted, TTL).toCompletableFuture().orTimeout(20, TimeUnit.SECONDS).join();
	}

	private static <T> T run(RedisExtension server, Function<RedisCommands<String, String>, T> command) {
		RedisClient client = RedisClient.create(RedisURI.create(server.host(), server.port()));
		try (client; StatefulRedisConnection<String, String> connection = client.connect()) {
			return command.apply(connection.sync());
		}
	}

	private static byte[] bytes(String text) {
		return text.getBytes(StandardCharsets.UTF_8);
	}

}
