package io.openclaw.tokenbucket.simulation;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import io.openclaw.tokenbucket.crdt.Limit;
import io.openclaw.tokenbucket.crdt.MemberId;
import io.openclaw.tokenbucket.crdt.MicroTokens;
import io.openclaw.tokenbucket.crdt.RefillRate;
import io.openclaw.tokenbucket.limiter.BucketStore;
import io.openclaw.tokenbucket.limiter.LimitControl;
import io.openclaw.tokenbucket.limiter.TokenBucketLimiter;
import io.openclaw.tokenbucket.limiter.decision.Charge;
import io.openclaw.tokenbucket.limiter.decision.Settlement;
import io.openclaw.tokenbucket.limiter.limit.Consistency;
import io.openclaw.tokenbucket.limiter.limit.LimitDefinition;
import io.openclaw.tokenbucket.limiter.limit.LimitPolicy;
import io.openclaw.tokenbucket.limiter.limit.LimitSource;
import io.openclaw.tokenbucket.limiter.limit.LimiterSettings;
import io.openclaw.tokenbucket.limiter.limit.Mode;
import io.openclaw.tokenbucket.replication.Replicator;
import io.openclaw.tokenbucket.replication.port.BusStatus;
import io.openclaw.tokenbucket.replication.port.MessageSigning;
import io.openclaw.tokenbucket.replication.port.ReplicationListener;
import io.openclaw.tokenbucket.replication.port.ReplicationSettings;
import io.openclaw.tokenbucket.replication.port.ReplicationTransport;

/**
 * A member that lives through what a gateway recorded, in virtual time: the same messages
 * arrive and the same requests come, at the same moments. What it says to others reaches
 * nobody.
 */
final class Replay {

	private static final Duration CREDIT_WAIT = Duration.ofMillis(25);

	private static final int MAX_KEYS = 1_000_000;

	private final VirtualTime time = new VirtualTime();

	private final RecordedMessages messages = new RecordedMessages();

	private final List<JsonNode> lines;

	private final TokenBucketLimiter limiter;

	private final LimitControl control;

	private final Map<List<String>, Queue<Settlement>> open = new HashMap<>();

	private final Replicator replicator;

	/**
	 * Prepares a replay.
	 * @param recording the file
	 * @param signing as the gateway was configured
	 */
	Replay(Path recording, MessageSigning signing) throws IOException {
		JsonMapper json = JsonMapper.builder().build();
		this.lines = Files.readAllLines(recording).stream().map(json::readTree).toList();
		JsonNode start = start();
		Duration interval = Duration.ofNanos(start.get("syncIntervalNanos").asLong());
		int factor = start.get("replicationFactor").asInt();
		BucketStore store = new BucketStore(
				new MemberId(start.get("node").asString(), start.get("incarnation").asLong()),
				start.get("limits").valueStream().map(Replay::policy).toList(),
				new LimiterSettings(factor, interval, MAX_KEYS), this.time);
		this.limiter = new TokenBucketLimiter(store, this.time, this.time, null);
		this.control = new LimitControl(store, this.time);
		this.replicator = new Replicator(store, this.messages,
				new ReplicationSettings(null, factor, interval,
						Duration.ofNanos(start.get("memberTimeoutNanos").asLong()), signing),
				this.time, this.time, ReplicationListener.NONE);
	}

	/**
	 * Lives until a moment after the last line.
	 */
	void run(Duration longer) {
		long begin = start().get("nanos").asLong();
		this.replicator.start();
		Duration last = Duration.ZERO;
		for (JsonNode line : this.lines) {
			Duration at = Duration.ofNanos(line.get("nanos").asLong() - begin);
			last = at;
			switch (line.get("kind").asString()) {
				case "received" -> this.time.schedule(at, () -> this.messages.deliver(line));
				// After what the member itself does at that moment.
				case "decision" ->
					this.time.schedule(at.minusNanos(line.get("tookNanos").asLong() - 1), () -> ask(line));
				case "limit" -> this.time.schedule(at, () -> change(line));
				case "given back" -> this.time.schedule(at, () -> this.control.giveBack(line.get("limit").asString(),
						line.get("key").asString(), line.get("microTokens").asLong()));
				case "settlement" -> this.time.schedule(at, () -> settle(line));
				default -> {
				}
			}
		}
		this.time.advance(last.plus(longer));
	}

	TokenBucketLimiter limiter() {
		return this.limiter;
	}

	// What was rejected there spends nothing here either, whatever this member would say.
	private void ask(JsonNode decision) {
		if (!decision.get("outcome").asString().equals("ADMITTED")) {
			return;
		}
		String limit = decision.get("limit").asString();
		String key = decision.get("key").asString();
		long tokens = decision.get("tokens").asLong();
		if (!decision.path("inAdvance").asBoolean()) {
			this.limiter.tryConsume(limit, key, tokens);
			return;
		}
		Charge charge = Charge.inAdvance(limit, key, tokens, MicroTokens.MAX_TOKENS);
		Settlement settlement = this.limiter.tryConsume(List.of(charge)).decisions().get(0).settlement();
		if (settlement != null) {
			this.open.computeIfAbsent(List.of(limit, key), (first) -> new ArrayDeque<>()).add(settlement);
		}
	}

	// Which of several is settled first makes no difference to their bucket.
	private void settle(JsonNode settled) {
		Queue<Settlement> taken = this.open
			.get(List.of(settled.get("limit").asString(), settled.get("key").asString()));
		Settlement settlement = (taken != null) ? taken.poll() : null;
		if (settlement != null) {
			long paid = settled.get("reserved").asLong() + settled.get("overdrawn").asLong();
			settlement.settle(MicroTokens.toWholeTokens(Math.min(paid, settled.get("used").asLong())));
		}
	}

	private void change(JsonNode line) {
		LimitPolicy policy = policy(line.get("limit"));
		if (LimitSource.valueOf(line.get("source").asString()) == LimitSource.ENDPOINT) {
			this.control.edit(policy.limit().name(), (current) -> LimitDefinition.of(policy), LimitSource.ENDPOINT);
		}
		else {
			this.control.configure(policy);
		}
	}

	private JsonNode start() {
		return this.lines.stream()
			.filter((line) -> line.get("kind").asString().equals("start"))
			.findFirst()
			.orElseThrow(() -> new IllegalArgumentException("the start of the recording is missing"));
	}

	private static LimitPolicy policy(JsonNode limit) {
		return new LimitPolicy(
				new Limit(limit.get("name").asString(), limit.get("capacity").asLong(),
						new RefillRate(limit.get("refill").asLong(), limit.get("refillPeriodNanos").asLong()),
						limit.get("initial").asLong(), limit.get("revision").asLong()),
				Consistency.valueOf(limit.get("consistency").asString()), CREDIT_WAIT,
				Mode.valueOf(limit.get("mode").asString()));
	}

	private static final class RecordedMessages implements ReplicationTransport {

		private @Nullable Listener listener;

		void deliver(JsonNode message) {
			if (this.listener != null) {
				this.listener.onMessage(message.get("bus").asInt(),
						Base64.getDecoder().decode(message.get("bytes").asString()));
			}
		}

		@Override
		public void start(MemberId self, Listener receiver) {
			this.listener = receiver;
		}

		@Override
		public void publish(byte[] message) {
		}

		@Override
		public void send(MemberId recipient, byte[] message) {
		}

		@Override
		public void renewPresence(MemberId member, Duration timeToLive) {
		}

		@Override
		public void removePresence(MemberId member) {
		}

		@Override
		public CompletionStage<Set<MemberId>> findPresent(Set<MemberId> members) {
			return CompletableFuture.completedStage(members);
		}

		@Override
		public List<BusStatus> buses() {
			return List.of(new BusStatus("recorded", true, 0));
		}

		@Override
		public void close() {
		}

	}

}
