package io.openclaw.tokenbucket.simulation;

import java.math.BigDecimal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletionStage;
import java.util.stream.IntStream;

import org.jspecify.annotations.Nullable;

import io.openclaw.tokenbucket.crdt.Limit;
import io.openclaw.tokenbucket.crdt.MemberId;
import io.openclaw.tokenbucket.crdt.MicroTokens;
import io.openclaw.tokenbucket.crdt.RefillRate;
import io.openclaw.tokenbucket.limiter.decision.Charge;
import io.openclaw.tokenbucket.limiter.decision.Decision;
import io.openclaw.tokenbucket.limiter.decision.JointDecision;
import io.openclaw.tokenbucket.limiter.limit.LimitPolicy;
import io.openclaw.tokenbucket.replication.port.InMemoryBus;
import io.openclaw.tokenbucket.replication.port.InMemoryReplicationTransport;
import io.openclaw.tokenbucket.simulation.ScheduledMember.BucketName;

/**
 * Whole members in one thread, in virtual time, each with its own clock, to whom anything
 * may happen.
 */
final class ScheduledFleet {

	/** How much longer than the latency a message takes at most, in parts of it. */
	static final double JITTER = 1;

	private static final Duration CREDIT_WAIT = Duration.ofMillis(25);

	private final VirtualTime time = new VirtualTime();

	private final Schedule.World world;

	private final Random random;

	private final Observer observer;

	private final List<SimulatedNetwork> networks;

	private final List<InMemoryBus> buses;

	private final List<LimitPolicy> policies;

	private final Map<Integer, ScheduledMember> running = new TreeMap<>();

	private final long[] incarnations = new long[Schedule.MOST_NODES];

	private final Set<ScheduledMember> leaving = new HashSet<>();

	private final List<BucketName> buckets = new ArrayList<>();

	private int restarts;

	private long log = 1;

	ScheduledFleet(Schedule schedule, Observer observer) {
		this.world = schedule.world();
		this.random = new Random(schedule.seed());
		this.observer = observer;
		this.networks = IntStream.range(0, this.world.buses())
			.mapToObj((bus) -> new SimulatedNetwork(this.random, this.world.latency(), JITTER))
			.toList();
		this.buses = this.networks.stream().map((network) -> new InMemoryBus(this.time, this.time, network)).toList();
		this.policies = IntStream.range(0, this.world.limits().size())
			.mapToObj((number) -> new LimitPolicy(limit(number, this.world.limits().get(number)),
					this.world.consistency(), CREDIT_WAIT))
			.toList();
		for (LimitPolicy policy : this.policies) {
			for (int key = 0; key < this.world.keys(); key++) {
				this.buckets.add(new BucketName(this.buckets.size(), policy.limit().name(), "key" + key));
			}
		}
	}

	VirtualTime time() {
		return this.time;
	}

	Collection<ScheduledMember> running() {
		return this.running.values();
	}

	Optional<ScheduledMember> running(int node) {
		return Optional.ofNullable(this.running.get(node));
	}

	List<BucketName> buckets() {
		return this.buckets;
	}

	/**
	 * A limit as it was in the beginning.
	 */
	Limit initialLimit(BucketName bucket) {
		return this.policies.get(bucket.number() / this.world.keys()).limit();
	}

	/**
	 * A limit as one of the running members follows it.
	 */
	Limit limit(BucketName bucket) {
		return this.running.values()
			.stream()
			.map((member) -> member.limit(bucket))
			.findFirst()
			.orElseGet(() -> initialLimit(bucket));
	}

	/**
	 * A number that differs where anything went differently.
	 */
	long log() {
		return this.log;
	}

	void log(long value) {
		this.log = 31 * (31 * this.log + value) + this.time.elapsed().toNanos();
	}

	List<SimulatedNetwork> networks(@Nullable Integer bus) {
		return (bus != null) ? List.of(this.networks.get(bus)) : this.networks;
	}

	void later(Duration delay, Runnable task) {
		this.time.schedule(delay, task);
	}

	void start(int node) {
		if (this.running.containsKey(node)) {
			return;
		}
		MemberId id = new MemberId(SimulatedNetwork.nodeOf(node), ++this.incarnations[node]);
		ScheduledMember member = new ScheduledMember(id, new MemberClock(this.time, this.random.nextLong()), this.world,
				this.policies, new InMemoryReplicationTransport(this.buses), new StrictListener(this::log));
		this.running.put(node, member);
		member.start();
	}

	void restart(int node, Duration after) {
		this.restarts++;
		later(after, () -> {
			this.restarts--;
			start(node);
		});
	}

	void crash(ScheduledMember member) {
		this.observer.beforeLoss(member);
		this.running.remove(member.node());
		member.die();
		this.observer.afterLoss();
	}

	/**
	 * Whether everybody works, and nobody is about to come or go.
	 */
	boolean isSettled() {
		return this.restarts == 0 && this.running.values()
			.stream()
			.noneMatch((member) -> member.clock().isPaused() || this.leaving.contains(member));
	}

	void leave(ScheduledMember member) {
		this.leaving.add(member);
		member.leave().thenRun(() -> {
			if (this.running.get(member.node()) == member) {
				crash(member);
			}
		});
	}

	void step(ScheduledMember member, Duration by) {
		this.observer.onStep(member, by);
		member.clock().step(by);
	}

	BucketName bucket(int limit, int key) {
		return this.buckets.get(limit * this.world.keys() + key);
	}

	void load(ScheduleEvent.Load load) {
		BucketName bucket = bucket(load.limit(), load.key());
		arrive(load.until(), load.perSecond(), () -> request(load.node(), bucket, load.cost()));
	}

	void load(Duration until, int node, BucketName bucket, double perSecond) {
		arrive(until, perSecond, () -> request(node, bucket, 1));
	}

	void load(ScheduleEvent.JointLoad load) {
		arrive(load.until(), load.perSecond(), () -> requestAll(load.node(), load.key()));
	}

	void request(int node, BucketName bucket, int cost) {
		running(node).ifPresent((member) -> member.clock().request(() -> {
			this.observer.onArrival(member, bucket, cost);
			boolean joining = member.isJoining();
			Decision decision = member.limiter().tryConsume(bucket.limit(), bucket.key(), cost);
			CompletionStage<Decision> completion = decision.completion();
			if (completion == null) {
				decided(member, bucket, cost, decision, joining);
			}
			else {
				completion.thenAccept((later) -> decided(member, bucket, cost, later, joining));
			}
		}));
	}

	private void requestAll(int node, int key) {
		List<BucketName> all = this.buckets.stream()
			.filter((bucket) -> bucket.number() % this.world.keys() == key)
			.toList();
		running(node).ifPresent((member) -> member.clock().request(() -> {
			boolean joining = member.isJoining();
			JointDecision joint = member.limiter()
				.tryConsume(all.stream().map((bucket) -> new Charge(bucket.limit(), bucket.key(), 1)).toList());
			CompletionStage<JointDecision> completion = joint.completion();
			if (completion == null) {
				decided(member, all, joint, joining);
			}
			else {
				completion.thenAccept((later) -> decided(member, all, later, joining));
			}
		}));
	}

	private void decided(ScheduledMember member, List<BucketName> buckets, JointDecision joint, boolean joining) {
		for (int i = 0; i < buckets.size(); i++) {
			decided(member, buckets.get(i), 1, joint.decisions().get(i), joining);
		}
	}

	private void decided(ScheduledMember member, BucketName bucket, int cost, Decision decision, boolean joining) {
		log(31L * member.node() + decision.reason().ordinal() + 7L * decision.remaining());
		if (decision.isAdmitted()) {
			this.observer.onAdmitted(member, bucket, cost, decision.reason(), joining);
		}
	}

	private void arrive(Duration until, double perSecond, Runnable request) {
		double gap = -Math.log(1 - this.random.nextDouble()) / perSecond;
		Duration next = Duration.ofNanos((long) (gap * 1e9));
		if (this.time.elapsed().plus(next).compareTo(until) < 0) {
			this.time.schedule(next, () -> {
				request.run();
				arrive(until, perSecond, request);
			});
		}
	}

	Limit limit(int number, Schedule.Quota quota) {
		return new Limit("limit" + number, MicroTokens.ofTokens(quota.capacity()),
				RefillRate.perSecond(BigDecimal.valueOf(quota.perSecond())), MicroTokens.ofTokens(quota.initial()), 0);
	}

}
