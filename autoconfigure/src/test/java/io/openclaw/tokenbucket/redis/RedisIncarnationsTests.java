package io.openclaw.tokenbucket.redis;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.LongStream;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.extension.RegisterExtension;

import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;

import io.openclaw.tokenbucket.testing.RedisExtension;
import io.openclaw.tokenbucket.testing.TcpProxy;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link RedisIncarnations}.
 */
class RedisIncarnationsTests {

	@RegisterExtension
	static final RedisExtension redis = new RedisExtension();

	private static final Duration TIMEOUT = Duration.ofSeconds(10);

	private static final long NOW = Instant.parse("2026-11-21T12:00:00Z").toEpochMilli();

	private final LettuceConnectionFactory factory = new LettuceConnectionFactory(redis.host(), redis.port());

	private String namespace = "";

	@BeforeEach
	void namespaceOfTheTest(TestInfo test) {
		redis.start();
		this.namespace = test.getDisplayName();
	}

	@AfterEach
	void closeFactory() {
		this.factory.destroy();
	}

	@Test
	void numbersOfANodeGrowFromTheTimeOfDay() {
		RedisIncarnations incarnations = at(NOW);
		assertThat(LongStream.generate(() -> incarnations.next("edge", TIMEOUT)).limit(3)).containsExactly(NOW, NOW + 1,
				NOW + 2);
		assertThat(incarnations.next("other", TIMEOUT)).isEqualTo(NOW);
	}

	@Test
	void clockThatWasSetBackDoesNotTakeNumbersBack() {
		assertThat(at(NOW).next("edge", TIMEOUT)).isEqualTo(NOW);
		assertThat(at(NOW - 3_600_000).next("edge", TIMEOUT)).isEqualTo(NOW + 1);
	}

	@Test
	void numberIsAboveOneThatWasTakenWithoutRedisMeanwhile() {
		at(NOW).next("edge", TIMEOUT);
		redis.stop();
		long withoutRedis = at(NOW + 1000).next("edge", TIMEOUT);
		redis.start();
		assertThat(at(NOW + 2000).next("edge", TIMEOUT)).isGreaterThan(withoutRedis);
	}

	@Test
	void processesThatStartAtOnceGetDifferentNumbers() {
		List<Long> numbers = IntStream.range(0, 8).parallel().mapToObj((i) -> at(NOW).next("edge", TIMEOUT)).toList();
		assertThat(numbers).doesNotHaveDuplicates().allMatch((number) -> number >= NOW && number < NOW + 8);
	}

	@Test
	void timeOfDayIsTheNumberWhereRedisIsDown() {
		redis.stop();
		assertThat(at(NOW).next("edge", TIMEOUT)).isEqualTo(NOW);
	}

	@Test
	void silentRedisIsNotWaitedForLongerThanAsked() {
		try (TcpProxy proxy = new TcpProxy(redis.port())) {
			proxy.hold(true);
			LettuceConnectionFactory silent = new LettuceConnectionFactory(redis.host(), proxy.port());
			RedisIncarnations incarnations = new RedisIncarnations(List.of(silent), this.namespace, clock(NOW));
			long start = System.nanoTime();
			assertThat(incarnations.next("edge", Duration.ofMillis(300))).isEqualTo(NOW);
			assertThat(Duration.ofNanos(System.nanoTime() - start)).isBetween(Duration.ofMillis(300),
					Duration.ofSeconds(5));
		}
	}

	private RedisIncarnations at(long millis) {
		return new RedisIncarnations(List.of(this.factory), this.namespace, clock(millis));
	}

	private static Clock clock(long millis) {
		return Clock.fixed(Instant.ofEpochMilli(millis), ZoneOffset.UTC);
	}

}
