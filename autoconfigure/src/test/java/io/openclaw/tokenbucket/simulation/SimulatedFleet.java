package io.openclaw.tokenbucket.simulation;

import java.math.BigDecimal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.stream.Stream;

import org.jspecify.annotations.Nullable;

import io.openclaw.tokenbucket.crdt.Limit;
import io.openclaw.tokenbucket.crdt.MemberId;
import io.openclaw.tokenbucket.crdt.MicroTokens;
import io.openclaw.tokenbucket.crdt.RefillRate;
import io.openclaw.tokenbucket.limiter.BucketStore;
import io.openclaw.tokenbucket.limiter.NanoClock;
import io.openclaw.tokenbucket.limiter.TokenBucketLimiter;
import io.openclaw.tokenbucket.limiter.decision.Decision;
import io.openclaw.tokenbucket.limiter.limit.Consistency;
import io.openclaw.tokenbucket.limiter.limit.FallbackQuota;
import io.openclaw.tokenbucket.limiter.limit.LimitDefinition;
import io.openclaw.tokenbucket.limiter.limit.LimitPolicy;
import io.openclaw.tokenbucket.limiter.limit.LimitSource;
import io.openclaw.tokenbucket.limiter.limit.LimiterSettings;
import io.openclaw.tokenbucket.limiter.limit.Mode;
import io.openclaw.tokenbucket.replication.port.InMemoryBus;
import io.openclaw.tokenbucket.replication.port.InMemoryReplicationTransport;
import io.openclaw.tokenbucket.replication.port.ReplicationSettings;
import io.openclaw.tokenbucket.resilience.DriftMonitor;
import io.openclaw.tokenbucket.resilience.FallbackChanged;
import io.openclaw.tokenbucket.resilience.FallbackPolicy;
import io.openclaw.tokenbucket.simulation.SimulatedNetwork.Links;

/**
 * Whole members in one thread, in virtual time.
 */
final class SimulatedFleet {

	static final String LIMIT = "rating";

	static final String KEY = "4711";

	private static final Duration SYNC_INTERVAL = Duration.ofMillis(200);

	private static final int REPLICATION_FACTOR = 3;

	private static final double JITTER = 0.3;

	private static final FallbackPolicy FALLBACK = FallbackPolicy.of(0.05, Duration.ofSeconds(5),
			FallbackQuota.FAIR_SHARE);

	private final VirtualTime time = new VirtualTime();

	private final Settings settings;

	// One for each bus.
	private final List<SimulatedNetwork> networks;

	private final List<InMemoryBus> buses;

	private final List<Member> members = new ArrayList<>();

	private long messages;

	SimulatedFleet(Settings settings, Random random) {
		this.settings = settings;
		this.networks = Stream.generate(() -> new SimulatedNetwork(random, settings.latency(), JITTER))
			.limit(settings.buses())
			.toList();
		this.networks.forEach((network) -> network.lose(settings.loss(), 0));
		this.buses = this.networks.stream().map((network) -> new InMemoryBus(this.time, this.time, network)).toList();
	}

	VirtualTime time() {
		return this.time;
	}

	/**
	 * How messages travel over one of the buses.
	 */
	SimulatedNetwork network(int bus) {
		return this.networks.get(bus);
	}

	/**
	 * Members that run, in the order of their start.
	 */
	List<Member> members() {
		return this.members.stream().filter((member) -> member.endedAt == null).toList();
	}

	/**
	 * A member by the order of starts, whether it still runs or not.
	 */
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

	/**
	 * Seconds that members have run, summed over all of them.
	 */
	double memberSeconds() {
		return this.members.stream().mapToDouble((member) -> member.lifetime().toNanos() / 1e9).sum();
	}

	void loseNothing() {
		this.networks.forEach((network) -> network.lose(0, 0));
	}

	Member start() {
		return start(limit(), this.time);
	}

	/**
	 * Starts a member that is configured with another limit than the rest.
	 */
	Member start(Limit configured) {
		return start(configured, this.time);
	}

	/**
	 * Starts a member with a clock of its own.
	 */
	Member start(Limit configured, NanoClock clock) {
		Member member = new Member(new MemberId(SimulatedNetwork.nodeOf(this.members.size()), 1), configured, clock);
		this.members.add(member);
		member.process.start();
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
	 * Cuts links between members, by their numbers, from a time until another, on every
	 * bus.
	 */
	void cut(Links links, Duration from, Duration until) {
		this.networks.forEach((network) -> cut(network, links, from, until));
	}

	/**
	 * Cuts links on one bus.
	 */
	void cut(SimulatedNetwork network, Links links, Duration from, Duration until) {
		this.time.schedule(from, () -> network.cut(links));
		this.time.schedule(until, () -> network.heal(links));
	}

	/**
	 * What a scenario sets.
	 */
	record Settings(long capacity, double tokensPerSecond, long initial, Duration latency, double loss,
			Consistency consistency, Duration memberTimeout, int buses, long overdraft) {

		static Settings of(Duration latency, Consistency consistency) {
			return new Settings(1000, 200, 1000, latency, 0, consistency, Duration.ofSeconds(30), 1, 0);
		}

		Settings withCapacity(long newCapacity) {
			return new Settings(newCapacity, this.tokensPerSecond, newCapacity, this.latency, this.loss,
					this.consistency, this.memberTimeout, this.buses, this.overdraft);
		}

		Settings withInitial(long newInitial) {
			return new Settings(this.capacity, this.tokensPerSecond, newInitial, this.latency, this.loss,
					this.consistency, this.memberTimeout, this.buses, this.overdraft);
		}

		Settings withRate(double newTokensPerSecond) {
			return new Settings(this.capacity, newTokensPerSecond, this.initial, this.latency, this.loss,
					this.consistency, this.memberTimeout, this.buses, this.overdraft);
		}

		Settings withConsistency(Consistency newConsistency) {
			return new Settings(this.capacity, this.tokensPerSecond, this.initial, this.latency, this.loss,
					newConsistency, this.memberTimeout, this.buses, this.overdraft);
		}

		Settings withLoss(double newLoss) {
			return new Settings(this.capacity, this.tokensPerSecond, this.initial, this.latency, newLoss,
					this.consistency, this.memberTimeout, this.buses, this.overdraft);
		}

		Settings withMemberTimeout(Duration newTimeout) {
			return new Settings(this.capacity, this.tokensPerSecond, this.initial, this.latency, this.loss,
					this.consistency, newTimeout, this.buses, this.overdraft);
		}

		Settings withBuses(int newBuses) {
			return new Settings(this.capacity, this.tokensPerSecond, this.initial, this.latency, this.loss,
					this.consistency, this.memberTimeout, newBuses, this.overdraft);
		}

		Settings withOverdraft(long newOverdraft) {
			return new Settings(this.capacity, this.tokensPerSecond, this.initial, this.latency, this.loss,
					this.consistency, this.memberTimeout, this.buses, newOverdraft);
		}

		Limit limit() {
			return new Limit(LIMIT, MicroTokens.ofTokens(this.capacity),
					RefillRate.perSecond(BigDecimal.valueOf(this.tokensPerSecond)), MicroTokens.ofTokens(this.initial),
					0);
		}

	}

	/**
	 * One simulated process.
	 */
	final class Member implements Gate {

		private final SimulatedMember process;

		private final List<FallbackChanged> fallbacks = new ArrayList<>();

		private final DriftMonitor drift;

		private final Duration startedAt = SimulatedFleet.this.time.elapsed();

		private @Nullable Duration endedAt;

		Member(MemberId id, Limit configured, NanoClock clock) {
			SimulatedFleet fleet = SimulatedFleet.this;
			LimitPolicy policy = new LimitPolicy(configured, fleet.settings.consistency(), Duration.ofMillis(25),
					Mode.ENFORCE, MicroTokens.ofTokens(fleet.settings.overdraft()));
			BucketStore store = new BucketStore(id, List.of(policy),
					new LimiterSettings(REPLICATION_FACTOR, SYNC_INTERVAL, 1_000), clock);
			this.drift = new DriftMonitor(store, FALLBACK, clock, List.of(this.fallbacks::add));
			this.process = new SimulatedMember(store,
					new ReplicationSettings(null, REPLICATION_FACTOR, SYNC_INTERVAL, fleet.settings.memberTimeout()),
					new InMemoryReplicationTransport(fleet.buses), clock, fleet.time,
					new StrictListener((bytes) -> fleet.messages++));
		}

		BucketStore store() {
			return this.process.store();
		}

		DriftMonitor drift() {
			return this.drift;
		}

		/**
		 * When the limit fell back here and recovered.
		 */
		List<FallbackChanged> fallbacks() {
			return this.fallbacks;
		}

		TokenBucketLimiter limiter() {
			return this.process.limiter();
		}

		/**
		 * Changes the limit at run time, as an operator does through one member.
		 * @return whether it is anything new
		 */
		boolean change(long capacity, double tokensPerSecond) {
			return this.process.control()
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
			return Objects.requireNonNull(this.process.control().definitions().get(LIMIT));
		}

		/**
		 * Ends the process without a goodbye.
		 */
		void kill() {
			this.endedAt = SimulatedFleet.this.time.elapsed();
			this.process.kill();
		}

		/**
		 * Ends the process as a gateway that is stopped does.
		 */
		void leave() {
			this.process.leave().thenRun(this::kill);
		}

		boolean hasEnded() {
			return this.process.hasEnded();
		}

		private Duration lifetime() {
			Duration until = (this.endedAt != null) ? this.endedAt : SimulatedFleet.this.time.elapsed();
			return until.minus(this.startedAt);
		}

		/**
		 * The level in tokens.
		 */
		double level() {
			return MicroTokens.toTokens(this.process.limiter().peek(LIMIT, KEY).level());
		}

		@Override
		public CompletionStage<Boolean> request() {
			Decision decision = this.process.limiter().tryConsume(LIMIT, KEY, 1);
			CompletionStage<Decision> completion = decision.completion();
			return (completion != null) ? completion.thenApply(Decision::isAdmitted)
					: CompletableFuture.completedStage(decision.isAdmitted());
		}

	}

}
