package io.openclaw.tokenbucket.simulation;

import java.math.BigDecimal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

import io.openclaw.tokenbucket.crdt.Limit;
import io.openclaw.tokenbucket.crdt.MemberId;
import io.openclaw.tokenbucket.crdt.MicroTokens;
import io.openclaw.tokenbucket.crdt.RefillRate;
import io.openclaw.tokenbucket.limiter.BucketStore;
import io.openclaw.tokenbucket.limiter.Consistency;
import io.openclaw.tokenbucket.limiter.Decision;
import io.openclaw.tokenbucket.limiter.LimitControl;
import io.openclaw.tokenbucket.limiter.LimitDefinition;
import io.openclaw.tokenbucket.limiter.LimitPolicy;
import io.openclaw.tokenbucket.limiter.LimitSource;
import io.openclaw.tokenbucket.limiter.LimiterSettings;
import io.openclaw.tokenbucket.limiter.TokenBucketLimiter;
import io.openclaw.tokenbucket.replication.InMemoryBus;
import io.openclaw.tokenbucket.replication.InMemoryReplicationTransport;
import io.openclaw.tokenbucket.replication.ReplicationListener;
import io.openclaw.tokenbucket.replication.ReplicationSettings;
import io.openclaw.tokenbucket.replication.Replicator;

/**
 * Whole members in one thread, in virtual time.
 */
final class SimulatedFleet {

	static final String LIMIT = "rating";

	static final String KEY = "4711";

	private static final Duration SYNC_INTERVAL = Duration.ofMillis(200);

	private static final int REPLICATION_FACTOR = 3;

	private final VirtualTime time = new VirtualTime();

	private final Settings settings;

	private final SimulatedNetwork network;

	private final InMemoryBus bus;

	private final List<Member> members = new ArrayList<>();

	private long messages;

	SimulatedFleet(Settings settings, Random random) {
		this.settings = settings;
		this.network = new SimulatedNetwork(random, settings.latency(), settings.loss());
		this.bus = new InMemoryBus(this.time, this.time, this.network);
	}

	VirtualTime time() {
		return this.time;
	}

	SimulatedNetwork network() {
		return this.network;
	}

	List<Member> members() {
		return this.members;
	}

	Member member(int number) {
		return this.members.get(number);
	}

	Limit limit() {
		return this.settings.limit();
	}

	/**
	 * Messages sent so far by all members.
	 */
	long messages() {
		return this.messages;
	}

	Member start() {
		return start(limit());
	}

	/**
	 * Starts a member that is configured with another limit than the rest.
	 */
	Member start(Limit configured) {
		Member member = new Member(new MemberId(nodeOf(this.members.size()), 1), configured);
		this.members.add(member);
		member.replicator.start();
		return member;
	}

	/**
	 * Starts several members and lets them find each other.
	 */
	void startTogether(int count) {
		for (int i = 0; i < count; i++) {
			start();
		}
		this.time.advance(Duration.ofMillis(5_070));
	}

	/**
	 * Cuts links between members, by their numbers, from a time until another.
	 */
	void cut(SimulatedNetwork.Links links, Duration from, Duration until) {
		this.time.schedule(from,
				() -> this.network.cut((sender, receiver) -> links.isCut(numberOf(sender), numberOf(receiver)),
						(member) -> links.isCutOff(numberOf(member))));
		this.time.schedule(until, this.network::heal);
	}

	private static String nodeOf(int number) {
		return "member-%02d".formatted(number);
	}

	private static int numberOf(MemberId member) {
		return Integer.parseInt(member.node().substring("member-".length()));
	}

	/**
	 * What a scenario sets.
	 */
	record Settings(long capacity, double tokensPerSecond, Duration latency, double loss, Consistency consistency,
			Duration memberTimeout) {

		static Settings of(Duration latency, Consistency consistency) {
			return new Settings(1000, 200, latency, 0, consistency, Duration.ofSeconds(30));
		}

		Settings withCapacity(long newCapacity) {
			return new Settings(newCapacity, this.tokensPerSecond, this.latency, this.loss, this.consistency,
					this.memberTimeout);
		}

		Settings withRate(double newTokensPerSecond) {
			return new Settings(this.capacity, newTokensPerSecond, this.latency, this.loss, this.consistency,
					this.memberTimeout);
		}

		Settings withLoss(double newLoss) {
			return new Settings(this.capacity, this.tokensPerSecond, this.latency, newLoss, this.consistency,
					this.memberTimeout);
		}

		Settings withMemberTimeout(Duration newTimeout) {
			return new Settings(this.capacity, this.tokensPerSecond, this.latency, this.loss, this.consistency,
					newTimeout);
		}

		Limit limit() {
			return new Limit(LIMIT, MicroTokens.ofTokens(this.capacity),
					RefillRate.perSecond(BigDecimal.valueOf(this.tokensPerSecond)), MicroTokens.ofTokens(this.capacity),
					0);
		}

	}

	/**
	 * One simulated process.
	 */
	final class Member implements Gate {

		private final TokenBucketLimiter limiter;

		private final LimitControl control;

		private final Replicator replicator;

		Member(MemberId id, Limit configured) {
			LimitPolicy policy = new LimitPolicy(configured, SimulatedFleet.this.settings.consistency(),
					Duration.ofMillis(25));
			VirtualTime clock = SimulatedFleet.this.time;
			BucketStore store = new BucketStore(id, List.of(policy),
					new LimiterSettings(REPLICATION_FACTOR, SYNC_INTERVAL, 1_000), clock);
			this.control = new LimitControl(store, clock);
			this.limiter = new TokenBucketLimiter(store, clock, clock, null);
			this.replicator = new Replicator(
					store, new InMemoryReplicationTransport(SimulatedFleet.this.bus), new ReplicationSettings(null,
							REPLICATION_FACTOR, SYNC_INTERVAL, SimulatedFleet.this.settings.memberTimeout()),
					clock, clock, new Strict());
		}

		TokenBucketLimiter limiter() {
			return this.limiter;
		}

		Replicator replicator() {
			return this.replicator;
		}

		/**
		 * Changes the limit at run time, as an operator does through one member.
		 * @return whether it is anything new
		 */
		boolean change(long capacity, double tokensPerSecond) {
			return this.control
				.edit(LIMIT,
						(current) -> new LimitDefinition(
								SimulatedFleet.this.settings.withCapacity(capacity).withRate(tokensPerSecond).limit(),
								0, current.consistency(), current.mode()),
						LimitSource.ENDPOINT)
				.isPresent();
		}

		/**
		 * The limit as this member follows it.
		 */
		LimitDefinition definition() {
			return Objects.requireNonNull(this.control.definitions().get(LIMIT));
		}

		/**
		 * The level in tokens.
		 */
		double level() {
			return MicroTokens.toTokens(this.limiter.peek(LIMIT, KEY).level());
		}

		@Override
		public CompletionStage<Boolean> request() {
			Decision decision = this.limiter.tryConsume(LIMIT, KEY, 1);
			CompletionStage<Decision> completion = decision.completion();
			return (completion != null) ? completion.thenApply(Decision::isAdmitted)
					: CompletableFuture.completedStage(decision.isAdmitted());
		}

	}

	/**
	 * Counts messages, and lets no failure pass.
	 */
	private final class Strict implements ReplicationListener {

		@Override
		public void onSent(int bytes) {
			SimulatedFleet.this.messages++;
		}

		@Override
		public void onRejected(String reason) {
			throw new AssertionError("a message was rejected: " + reason);
		}

		@Override
		public void onFailure(RuntimeException failure) {
			throw failure;
		}

	}

}
