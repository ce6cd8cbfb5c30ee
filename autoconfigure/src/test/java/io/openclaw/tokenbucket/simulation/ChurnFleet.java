package io.openclaw.tokenbucket.simulation;

import java.math.BigDecimal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

import io.openclaw.tokenbucket.crdt.Limit;
import io.openclaw.tokenbucket.crdt.MemberId;
import io.openclaw.tokenbucket.crdt.MicroTokens;
import io.openclaw.tokenbucket.crdt.RefillRate;
import io.openclaw.tokenbucket.limiter.BucketStore;
import io.openclaw.tokenbucket.limiter.NanoClock;
import io.openclaw.tokenbucket.limiter.decision.Decision;
import io.openclaw.tokenbucket.limiter.limit.Consistency;
import io.openclaw.tokenbucket.limiter.limit.LimitPolicy;
import io.openclaw.tokenbucket.limiter.limit.LimiterSettings;
import io.openclaw.tokenbucket.replication.port.InMemoryBus;
import io.openclaw.tokenbucket.replication.port.InMemoryReplicationTransport;
import io.openclaw.tokenbucket.replication.port.ReplicationSettings;

/**
 * Members that share the buckets of many keys, and come and go.
 */
final class ChurnFleet {

	static final String LIMIT = "rating";

	static final Limit RATING = new Limit(LIMIT, MicroTokens.ofTokens(10), RefillRate.perSecond(BigDecimal.ONE),
			MicroTokens.ofTokens(10), 0);

	private static final Duration SYNC_INTERVAL = Duration.ofMillis(200);

	private static final int REPLICATION_FACTOR = 3;

	// Until then a joiner has no more than its part.
	private static final Duration JOINED_AFTER = Duration.ofSeconds(3);

	private final VirtualTime time = new VirtualTime();

	private final StoreFactory stores;

	private final InMemoryBus bus;

	private final List<Member> members = new ArrayList<>();

	private final Map<Integer, KeyTally> tallies = new HashMap<>();

	private int mostEntries;

	private int mostHeld;

	private long held;

	private long looks;

	ChurnFleet(StoreFactory stores, Random random) {
		this.stores = stores;
		this.bus = new InMemoryBus(this.time, this.time, new SimulatedNetwork(random, SimulatedNetwork.NEAR, 0.3));
	}

	VirtualTime time() {
		return this.time;
	}

	Map<Integer, KeyTally> tallies() {
		return this.tallies;
	}

	/**
	 * How many members there were.
	 */
	int started() {
		return this.members.size();
	}

	/**
	 * The most births that any bucket counted under at any time.
	 */
	int mostEntries() {
		return this.mostEntries;
	}

	/**
	 * How many buckets a member held on average.
	 */
	double meanHeld() {
		return (double) this.held / this.looks;
	}

	int mostHeld() {
		return this.mostHeld;
	}

	/**
	 * How many buckets each running member holds.
	 */
	List<Integer> held() {
		return this.members.stream()
			.filter((member) -> !member.process.hasEnded())
			.map((member) -> member.process.store().size())
			.toList();
	}

	void start() {
		Member member = new Member(new MemberId("member-%03d".formatted(this.members.size()), 1));
		this.members.add(member);
		member.process.start();
	}

	/**
	 * The oldest member leaves, as a gateway that is stopped does.
	 */
	void leave() {
		Member oldest = this.members.stream().filter((member) -> member.serves).findFirst().orElseThrow();
		oldest.serves = false;
		oldest.process.leave().thenRun(oldest.process::kill);
	}

	/**
	 * A request that costs one token, at one of the members that are ready.
	 */
	void request(int which, int key) {
		List<Member> ready = this.members.stream().filter(Member::isReady).toList();
		KeyTally tally = this.tallies.computeIfAbsent(key, (added) -> new KeyTally(RATING));
		tally.arrive(this.time.elapsed());
		Decision decision = ready.get(which % ready.size()).process.limiter().tryConsume(LIMIT, "key-" + key, 1);
		if (decision.completion() == null) {
			tally.decide(decision.isAdmitted(), this.time.elapsed());
		}
		else {
			decision.completion().thenAccept((later) -> tally.decide(later.isAdmitted(), this.time.elapsed()));
		}
	}

	/**
	 * Looks at how much is held.
	 */
	void look() {
		for (Member member : this.members) {
			if (!member.process.hasEnded()) {
				this.looks++;
				this.held += member.process.store().size();
				this.mostHeld = Math.max(this.mostHeld, member.process.store().size());
				member.process.limiter()
					.busiest(LIMIT, Integer.MAX_VALUE)
					.forEach((
							status) -> this.mostEntries = Math.max(this.mostEntries, status.state().consumed().size()));
			}
		}
	}

	/**
	 * Makes the stores of members.
	 */
	@FunctionalInterface
	interface StoreFactory {

		BucketStore create(MemberId self, Collection<LimitPolicy> policies, LimiterSettings settings, NanoClock clock);

	}

	private final class Member {

		private final SimulatedMember process;

		private final Duration startedAt = ChurnFleet.this.time.elapsed();

		private boolean serves = true;

		Member(MemberId id) {
			ChurnFleet fleet = ChurnFleet.this;
			BucketStore store = fleet.stores.create(id,
					List.of(new LimitPolicy(RATING, Consistency.BOUNDED, Duration.ofMillis(25))),
					new LimiterSettings(REPLICATION_FACTOR, SYNC_INTERVAL, 1_000), fleet.time);
			this.process = new SimulatedMember(store,
					new ReplicationSettings(null, REPLICATION_FACTOR, SYNC_INTERVAL, Duration.ofSeconds(30)),
					new InMemoryReplicationTransport(List.of(fleet.bus)), fleet.time, fleet.time,
					new StrictListener((bytes) -> {
					}));
		}

		boolean isReady() {
			return this.serves && ChurnFleet.this.time.elapsed().minus(this.startedAt).compareTo(JOINED_AFTER) > 0;
		}

	}

}
