package io.openclaw.tokenbucket.simulation;

import java.math.BigDecimal;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Random;

import io.openclaw.tokenbucket.crdt.Limit;
import io.openclaw.tokenbucket.crdt.MemberId;
import io.openclaw.tokenbucket.crdt.MicroTokens;
import io.openclaw.tokenbucket.crdt.RefillRate;
import io.openclaw.tokenbucket.crdt.TokenBucketState;
import io.openclaw.tokenbucket.limiter.BucketStore;
import io.openclaw.tokenbucket.limiter.decision.Decision;
import io.openclaw.tokenbucket.limiter.limit.Consistency;
import io.openclaw.tokenbucket.limiter.limit.LimitPolicy;
import io.openclaw.tokenbucket.limiter.limit.LimiterSettings;
import io.openclaw.tokenbucket.limiter.port.BucketKey;
import io.openclaw.tokenbucket.limiter.port.BucketUpdate;
import io.openclaw.tokenbucket.replication.StateCodec;
import io.openclaw.tokenbucket.replication.port.InMemoryBus;
import io.openclaw.tokenbucket.replication.port.InMemoryReplicationTransport;
import io.openclaw.tokenbucket.replication.port.MessageSigning;
import io.openclaw.tokenbucket.replication.port.ReplicationSettings;

/**
 * Members that are deployed anew again and again, with one bucket for all keys that never
 * rests: requests come faster than it refills.
 */
final class RestlessFleet {

	static final int MEMBERS = 5;

	private static final double REQUESTS_A_SECOND = 4;

	private static final Limit LIMIT = new Limit("all", MicroTokens.ofTokens(25),
			RefillRate.perSecond(BigDecimal.valueOf(2.5)), MicroTokens.ofTokens(25), 0);

	private static final BucketKey BUCKET = BucketKey.of("all", "");

	private static final Duration SYNC_INTERVAL = Duration.ofMillis(500);

	private static final Duration JOINS = Duration.ofSeconds(4);

	private static final Duration RESTS = Duration.ofSeconds(14);

	private static final Duration TIMEOUT = Duration.ofSeconds(30);

	private final VirtualTime time = new VirtualTime();

	private final Random random;

	private final InMemoryBus bus;

	private final Deque<SimulatedMember> members = new ArrayDeque<>();

	private IdealBucket ideal;

	private long admitted;

	private long admittedByIdeal;

	private int mostEntries;

	private int mostBytes;

	private int started;

	RestlessFleet(Random random) {
		this.random = random;
		this.bus = new InMemoryBus(this.time, this.time, new SimulatedNetwork(random, SimulatedNetwork.NEAR, 0.3));
		for (int i = 0; i < MEMBERS; i++) {
			start();
		}
		this.time.advance(JOINS);
		this.ideal = new IdealBucket(LIMIT, this.time.elapsed());
		arrive();
	}

	/**
	 * All members are replaced, as a rolling deployment does.
	 * @param crash whether one of them dies without a goodbye, and is removed
	 */
	void deploy(boolean crash) {
		for (int i = 0; i < MEMBERS; i++) {
			start();
		}
		this.time.advance(JOINS);
		for (int i = 0; i < MEMBERS; i++) {
			SimulatedMember oldest = this.members.remove();
			if (crash && i == 0) {
				oldest.kill();
			}
			else {
				oldest.leave().thenRun(oldest::kill);
			}
		}
		this.time.advance(crash ? RESTS.plus(TIMEOUT) : RESTS);
	}

	/**
	 * What happened since this was asked last.
	 */
	Account account() {
		Account account = new Account((double) this.admitted / this.admittedByIdeal, this.mostEntries, this.mostBytes);
		this.admitted = 0;
		this.admittedByIdeal = 0;
		this.mostEntries = 0;
		this.mostBytes = 0;
		return account;
	}

	private void start() {
		BucketStore store = new BucketStore(new MemberId("member-" + this.started++, 1),
				List.of(new LimitPolicy(LIMIT, Consistency.BOUNDED, Duration.ofMillis(25))),
				new LimiterSettings(MEMBERS, SYNC_INTERVAL, 1_000), this.time);
		SimulatedMember member = new SimulatedMember(store,
				new ReplicationSettings(null, MEMBERS, SYNC_INTERVAL, TIMEOUT),
				new InMemoryReplicationTransport(List.of(this.bus)), this.time, this.time,
				new StrictListener((bytes) -> {
				}));
		this.members.add(member);
		member.start();
	}

	private void arrive() {
		this.time.schedule(Duration.ofNanos((long) (-Math.log(1 - this.random.nextDouble()) / REQUESTS_A_SECOND * 1e9)),
				() -> {
					request();
					arrive();
				});
	}

	private void request() {
		this.admittedByIdeal += this.ideal.tryConsume(this.time.elapsed()) ? 1 : 0;
		SimulatedMember member = this.members.stream().skip(this.random.nextInt(MEMBERS)).findFirst().orElseThrow();
		Decision decision = member.limiter().tryConsume("all", "", 1);
		if (decision.completion() == null) {
			this.admitted += decision.isAdmitted() ? 1 : 0;
		}
		else {
			decision.completion().thenAccept((later) -> this.admitted += later.isAdmitted() ? 1 : 0);
		}
		look(member);
	}

	private void look(SimulatedMember member) {
		BucketUpdate bucket = member.store().replicas().snapshot(BUCKET, this.time.nanoTime()).orElseThrow();
		TokenBucketState state = bucket.state();
		if (state.size() > this.mostEntries) {
			this.mostEntries = state.size();
			this.mostBytes = new StateCodec(MessageSigning.NONE).encode(List.of(bucket)).length;
		}
	}

	/**
	 * How a stretch of time went.
	 *
	 * @param toIdeal admitted requests to those of an ideal bucket
	 * @param mostEntries the most that a member held of the bucket
	 * @param mostBytes what it took in a message
	 */
	record Account(double toIdeal, int mostEntries, int mostBytes) {
	}

}
