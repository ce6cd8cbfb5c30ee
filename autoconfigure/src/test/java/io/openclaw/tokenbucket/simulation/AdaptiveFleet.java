package io.openclaw.tokenbucket.simulation;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;

import org.jspecify.annotations.Nullable;

import io.openclaw.tokenbucket.crdt.Limit;
import io.openclaw.tokenbucket.crdt.MemberId;
import io.openclaw.tokenbucket.crdt.MicroTokens;
import io.openclaw.tokenbucket.crdt.RefillRate;
import io.openclaw.tokenbucket.limiter.BucketStore;
import io.openclaw.tokenbucket.limiter.adaptive.AdaptiveRefill;
import io.openclaw.tokenbucket.limiter.adaptive.AdaptiveStatus;
import io.openclaw.tokenbucket.limiter.adaptive.UpstreamMeter;
import io.openclaw.tokenbucket.limiter.decision.Decision;
import io.openclaw.tokenbucket.limiter.limit.Consistency;
import io.openclaw.tokenbucket.limiter.limit.FallbackQuota;
import io.openclaw.tokenbucket.limiter.limit.LimitPolicy;
import io.openclaw.tokenbucket.limiter.limit.LimiterSettings;
import io.openclaw.tokenbucket.replication.port.InMemoryBus;
import io.openclaw.tokenbucket.replication.port.InMemoryReplicationTransport;
import io.openclaw.tokenbucket.replication.port.ReplicationSettings;
import io.openclaw.tokenbucket.resilience.DriftMonitor;
import io.openclaw.tokenbucket.resilience.FallbackPolicy;

/**
 * Members in virtual time before one upstream. Callers give up after a second.
 */
final class AdaptiveFleet {

	static final String LIMIT = "orders";

	static final Duration PATIENCE = Duration.ofSeconds(1);

	static final Duration MEMBER_TIMEOUT = Duration.ofSeconds(10);

	private static final Duration SYNC_INTERVAL = Duration.ofMillis(200);

	private final Random random;

	private final VirtualTime time = new VirtualTime();

	private final SimulatedNetwork network;

	private final InMemoryBus bus;

	private final Consistency consistency;

	private final Limit limit;

	private final SimulatedUpstream upstream;

	private final List<Member> members = new ArrayList<>();

	private final Map<String, Long> answered = new TreeMap<>();

	private int fallbacks;

	/**
	 * Creates a fleet without members.
	 * @param tokensPerSecond of each key
	 */
	AdaptiveFleet(long seed, Consistency consistency, long tokensPerSecond, int workers, Duration work) {
		this.random = new Random(seed);
		this.consistency = consistency;
		this.network = new SimulatedNetwork(this.random, SimulatedNetwork.NEAR, 0.3);
		this.bus = new InMemoryBus(this.time, this.time, this.network);
		this.limit = new Limit(LIMIT, MicroTokens.ofTokens(tokensPerSecond),
				RefillRate.of(tokensPerSecond, Duration.ofSeconds(1)), MicroTokens.ofTokens(tokensPerSecond), 0);
		this.upstream = new SimulatedUpstream(this.time, workers, SimulatedUpstream.about(work, this.random));
	}

	VirtualTime time() {
		return this.time;
	}

	SimulatedNetwork network() {
		return this.network;
	}

	SimulatedUpstream upstream() {
		return this.upstream;
	}

	int fallbacks() {
		return this.fallbacks;
	}

	List<Member> members() {
		return this.members.stream().filter((member) -> !member.process.hasEnded()).toList();
	}

	/**
	 * Starts a member.
	 * @param refill {@code null} for one that does not adapt
	 */
	Member start(@Nullable AdaptiveRefill refill) {
		Member member = new Member(new MemberId(SimulatedNetwork.nodeOf(this.members.size()), 1), refill);
		this.members.add(member);
		member.process.start();
		return member;
	}

	void startTogether(int count, @Nullable AdaptiveRefill refill) {
		for (int i = 0; i < count; i++) {
			start(refill);
		}
		this.time.advance(Duration.ofSeconds(5));
	}

	/**
	 * Has a caller ask any member so often, from now on.
	 */
	void load(String key, double perSecond) {
		Duration pause = Duration.ofNanos((long) (-Math.log(1 - this.random.nextDouble()) / perSecond * 1e9));
		this.time.schedule(pause, () -> {
			List<Member> living = members();
			living.get(this.random.nextInt(living.size())).request(key);
			load(key, perSecond);
		});
	}

	/**
	 * What was answered in time, by key, since this was asked last.
	 */
	Map<String, Long> drainAnswered() {
		Map<String, Long> drained = new TreeMap<>(this.answered);
		this.answered.clear();
		return drained;
	}

	/**
	 * One simulated process.
	 */
	final class Member {

		private final SimulatedMember process;

		private final @Nullable UpstreamMeter meter;

		Member(MemberId id, @Nullable AdaptiveRefill refill) {
			AdaptiveFleet fleet = AdaptiveFleet.this;
			LimitPolicy policy = new LimitPolicy(fleet.limit, fleet.consistency, Duration.ofMillis(25));
			BucketStore store = new BucketStore(id, List.of(policy), new LimiterSettings(3, SYNC_INTERVAL, 1_000),
					fleet.time);
			if (refill != null) {
				store.adaptive().configure(Map.of(LIMIT, refill), fleet.time.nanoTime());
			}
			this.meter = store.adaptive().meter(LIMIT);
			DriftMonitor drift = new DriftMonitor(store,
					FallbackPolicy.of(0.05, Duration.ofSeconds(5), FallbackQuota.FAIR_SHARE), fleet.time,
					List.of((change) -> fleet.fallbacks++));
			this.process = new SimulatedMember(store, new ReplicationSettings(null, 3, SYNC_INTERVAL, MEMBER_TIMEOUT),
					new InMemoryReplicationTransport(List.of(fleet.bus)), fleet.time, fleet.time,
					new StrictListener((bytes) -> {
					}));
			store.reportDriftTo(drift);
		}

		/**
		 * Empty unless it adapts.
		 */
		Optional<AdaptiveStatus> adaptive() {
			return this.process.store().adaptive().status(LIMIT);
		}

		AdaptiveStatus status() {
			return adaptive().orElseThrow();
		}

		double factor() {
			return status().factor();
		}

		double ratePerSecond() {
			return this.process.limiter().policy(LIMIT).limit().refillRate().tokensPerSecond();
		}

		SimulatedMember process() {
			return this.process;
		}

		void request(String key) {
			Decision decision = this.process.limiter().tryConsume(LIMIT, key, 1);
			if (decision.completion() != null) {
				Objects.requireNonNull(decision.completion()).thenAccept((later) -> {
					if (later.isAdmitted()) {
						forward(key);
					}
				});
			}
			else if (decision.isAdmitted()) {
				forward(key);
			}
		}

		private void forward(String key) {
			if (this.meter != null) {
				this.meter.forwarded();
			}
			boolean[] ended = new boolean[1];
			AdaptiveFleet.this.time.schedule(PATIENCE, () -> {
				if (!ended[0]) {
					ended[0] = true;
					if (this.meter != null) {
						this.meter.refused();
					}
				}
			});
			AdaptiveFleet.this.upstream.request((took) -> {
				if (!ended[0]) {
					ended[0] = true;
					end(key, took);
				}
			});
		}

		private void end(String key, Duration took) {
			if (!took.isNegative()) {
				AdaptiveFleet.this.answered.merge(key, 1L, Long::sum);
			}
			if (this.meter != null && took.isNegative()) {
				this.meter.refused();
			}
			else if (this.meter != null) {
				this.meter.answered(took.toNanos());
			}
		}

	}

}
