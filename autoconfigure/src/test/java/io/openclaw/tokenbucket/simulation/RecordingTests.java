package io.openclaw.tokenbucket.simulation;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.json.JsonMapper;

import io.openclaw.tokenbucket.crdt.Limit;
import io.openclaw.tokenbucket.crdt.MemberId;
import io.openclaw.tokenbucket.crdt.MicroTokens;
import io.openclaw.tokenbucket.limiter.BucketStore;
import io.openclaw.tokenbucket.limiter.LimitControl;
import io.openclaw.tokenbucket.limiter.TokenBucketLimiter;
import io.openclaw.tokenbucket.limiter.limit.LimitDefinition;
import io.openclaw.tokenbucket.limiter.limit.LimitSource;
import io.openclaw.tokenbucket.limiter.limit.LimiterSettings;
import io.openclaw.tokenbucket.observability.Limiters;
import io.openclaw.tokenbucket.observability.audit.Recording;
import io.openclaw.tokenbucket.replication.Replicator;
import io.openclaw.tokenbucket.replication.port.InMemoryBus;
import io.openclaw.tokenbucket.replication.port.InMemoryReplicationTransport;
import io.openclaw.tokenbucket.replication.port.MessageSigning;
import io.openclaw.tokenbucket.replication.port.ReplicationSettings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

class RecordingTests {

	private static final Duration SYNC_INTERVAL = Duration.ofMillis(200);

	private static final List<String> KEYS = List.of("alice", "bob", "carol");

	private final VirtualTime time = new VirtualTime();

	private final InMemoryBus bus = new InMemoryBus(this.time, this.time,
			new SimulatedNetwork(new Random(7), Duration.ofMillis(2), 0));

	@Test
	void aRecordingIsPlayedAgainToTheSameLevels(@TempDir Path directory) throws Exception {
		List<String> lines = new ArrayList<>();
		JsonMapper json = JsonMapper.builder().build();
		Member recorded = new Member(SimulatedNetwork.nodeOf(0), lines, json);
		Member other = new Member(SimulatedNetwork.nodeOf(1), new ArrayList<>(), json);
		this.time.advance(Duration.ofSeconds(2));
		Random random = new Random(11);
		for (int i = 0; i < 2_000; i++) {
			Member asked = random.nextBoolean() ? recorded : other;
			asked.limiter.tryConsume("search", KEYS.get(random.nextInt(KEYS.size())), 1 + random.nextInt(2));
			this.time.advance(Duration.ofMillis(1 + random.nextInt(5)));
			if (i == 1_000) {
				recorded.lowerTheLimit();
				recorded.control.giveBack("search", "alice", MicroTokens.ofTokens(40));
			}
		}
		this.time.advance(Duration.ofSeconds(2));
		Path file = directory.resolve("recording.jsonl");
		Files.write(file, lines, StandardCharsets.UTF_8);
		Replay replay = new Replay(file, MessageSigning.NONE);
		replay.run(Duration.ZERO);
		assertThat(replay.limiter().policy("search").limit().capacity()).isEqualTo(MicroTokens.ofTokens(800));
		for (String key : KEYS) {
			double level = MicroTokens.toTokens(recorded.limiter.peek("search", key).level());
			assertThat(level).isLessThan(500);
			assertThat(MicroTokens.toTokens(replay.limiter().peek("search", key).level())).as(key)
				.isCloseTo(level, within(1.0));
		}
		assertThat(lines).anyMatch((line) -> line.contains("\"kind\":\"members\""));
	}

	@Test
	@EnabledIfSystemProperty(named = "replay.file", matches = ".+")
	void aFileIsPlayedAgainAndTheLevelsArePrinted() throws Exception {
		Replay replay = new Replay(Path.of(System.getProperty("replay.file")), MessageSigning.NONE);
		replay.run(Duration.ZERO);
		TokenBucketLimiter limiter = replay.limiter();
		limiter.limits()
			.forEach((limit) -> limiter.busiest(limit, 100)
				.forEach((bucket) -> System.out.printf("%s %s %.6f%n", limit, bucket.key(),
						MicroTokens.toTokens(bucket.level()))));
	}

	private final class Member {

		private final TokenBucketLimiter limiter;

		private final LimitControl control;

		Member(String node, List<String> lines, JsonMapper json) {
			VirtualTime clock = RecordingTests.this.time;
			BucketStore store = new BucketStore(new MemberId(node, 1), Limiters.policies(),
					new LimiterSettings(3, SYNC_INTERVAL, 1_000), clock);
			ReplicationSettings settings = new ReplicationSettings(null, 3, SYNC_INTERVAL, Duration.ofSeconds(30));
			Recording recording = new Recording((line) -> lines.add(json.writeValueAsString(line)), clock, settings,
					() -> List.copyOf(store.limits().definitions().values()));
			this.limiter = new TokenBucketLimiter(store, clock, clock, recording);
			this.control = new LimitControl(store, clock, recording);
			new Replicator(store, recording.of(new InMemoryReplicationTransport(List.of(RecordingTests.this.bus))),
					settings, clock, clock, recording)
				.start();
		}

		void lowerTheLimit() {
			this.control.edit("search",
					(current) -> new LimitDefinition(
							new Limit("search", MicroTokens.ofTokens(800), current.limit().refillRate(),
									current.limit().initial(), current.limit().revision()),
							0, current.consistency(), current.mode()),
					LimitSource.ENDPOINT);
		}

	}

}
