package io.openclaw.tokenbucket.simulation;

import java.math.BigDecimal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

import io.openclaw.tokenbucket.crdt.Limit;
import io.openclaw.tokenbucket.crdt.MemberId;
import io.openclaw.tokenbucket.crdt.MicroTokens;
import io.openclaw.tokenbucket.crdt.RefillRate;
import io.openclaw.tokenbucket.limiter.BucketStore;
import io.openclaw.tokenbucket.limiter.Consistency;
import io.openclaw.tokenbucket.limiter.LimitPolicy;
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

	private final VirtualTime time = new VirtualTime();

	private final Settings settings;

	private final SimulatedNetwork network;

	private final InMemoryBus bus;

	private long messages;

	private final List<Member> members = new ArrayList<>();

	SimulatedFleet(Settings settings, Random random) {
		this.settings = settings;
		this.network = new SimulatedNetwork(random, settings.latency(), settings.loss());
		this.bus = new InMemoryBus(this.time, this.time, this.network);
	}

	long messages() {
		return this.messages;
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

	Member start(String node) {
		Member member = new Member(new MemberId(node, 1));
		this.members.add(member);
		member.replicator.start();
		return member;
	}

	/**
	 * Starts several members and lets them find each other.
	 */
	void startTogether(int count) {
		for (int i = 0; i < count; i++) {
			start("member-" + i);
		}
		this.time.advance(Duration.ofMillis(5_070));
	}

	Limit limit() {
		return this.settings.limit();
	}

	/**
	 * What a scenario sets.
	 */
	record Settings(long capacity, double rate, Duration latency, double loss, Consistency consistency,
			Duration memberTimeout) {

		static Settings of(Duration latency, Consistency consistency) {
			return new Settings(1000, 200, latency, 0, consistency, Duration.ofSeconds(30));
		}

		Limit limit() {
			return new Limit(LIMIT, MicroTokens.ofTokens(this.capacity),
					RefillRate.perSecond(BigDecimal.valueOf(this.rate)), MicroTokens.ofTokens(this.capacity), 0);
		}

	}

	/**
	 * One simulated process.
	 */
	final class Member {

		private final MemberId id;

		private final TokenBucketLimiter limiter;

		private final Replicator replicator;

		Member(MemberId id) {
			this.id = id;
			Duration sync = Duration.ofMillis(200);
			LimitPolicy policy = new LimitPolicy(SimulatedFleet.this.settings.limit(),
					SimulatedFleet.this.settings.consistency(), Duration.ofMillis(25));
			VirtualTime clock = SimulatedFleet.this.time;
			BucketStore store = new BucketStore(id, List.of(policy), new LimiterSettings(3, sync, 1000), clock);
			this.limiter = new TokenBucketLimiter(store, clock, clock, null);
			this.replicator = new Replicator(store, new InMemoryReplicationTransport(SimulatedFleet.this.bus),
					new ReplicationSettings(null, 3, sync, SimulatedFleet.this.settings.memberTimeout()), clock, clock,
					new ReplicationListener() {
						@Override
						public void onSent(int bytes) {
							SimulatedFleet.this.messages++;
						}

						@Override
						public void onFailure(RuntimeException failure) {
							throw failure;
						}
					});
		}

		MemberId id() {
			return this.id;
		}

		TokenBucketLimiter limiter() {
			return this.limiter;
		}

		Replicator replicator() {
			return this.replicator;
		}

		long level() {
			return this.limiter.peek(LIMIT, KEY).level();
		}

	}

}
