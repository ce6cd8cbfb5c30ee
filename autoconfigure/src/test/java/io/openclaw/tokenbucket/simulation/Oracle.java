package io.openclaw.tokenbucket.simulation;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

import io.openclaw.tokenbucket.crdt.Limit;
import io.openclaw.tokenbucket.crdt.MemberId;
import io.openclaw.tokenbucket.crdt.MicroTokens;
import io.openclaw.tokenbucket.crdt.TokenBucketState;
import io.openclaw.tokenbucket.limiter.decision.Reason;
import io.openclaw.tokenbucket.limiter.membership.MembershipView;
import io.openclaw.tokenbucket.limiter.membership.PeerView;
import io.openclaw.tokenbucket.limiter.port.BucketStatus;
import io.openclaw.tokenbucket.simulation.ScheduledMember.BucketName;

/**
 * Watches a fleet from outside while it runs, and knows what must hold.
 */
final class Oracle implements Observer {

	// Refill at a rate or share that ended since the last look.
	private static final Duration LOOKED_AT_EVERY = Duration.ofMillis(50);

	private final Schedule schedule;

	private final Map<BucketName, Envelope> envelopes = new HashMap<>();

	private final Map<BucketName, Split> splits = new HashMap<>();

	private final Map<BucketName, TokenBucketState> joinedBefore = new HashMap<>();

	private final Map<String, BucketStatus> lastSeen = new HashMap<>();

	private final Duration bound;

	private final Map<MemberId, Duration> silentSince = new HashMap<>();

	private final Map<String, Double> byJoiner = new HashMap<>();

	private final Set<MemberId> credited = new HashSet<>();

	private Duration wholeAt = Duration.ZERO;

	private ScheduledFleet fleet;

	Oracle(Schedule schedule) {
		this.schedule = schedule;
		Duration slowest = schedule.world().latency();
		for (ScheduleEvent event : schedule.events()) {
			if (event instanceof ScheduleEvent.Slow slow) {
				Duration with = schedule.world().latency().plus(slow.by());
				slowest = (with.compareTo(slowest) > 0) ? with : slowest;
			}
		}
		this.bound = schedule.world().bound(slowest);
	}

	void watch(ScheduledFleet watched) {
		this.fleet = watched;
		for (BucketName bucket : watched.buckets()) {
			Envelope envelope = new Envelope(this.bound);
			this.envelopes.put(bucket, envelope);
			this.splits.put(bucket, new Split());
			Limit limit = watched.initialLimit(bucket);
			envelope.entitle(1, MicroTokens.toTokens(limit.capacity()), limit.refillRate().tokensPerSecond(), 1, now());
			envelope.allow(base(bucket) + fastest(watched.initialLimit(bucket)) * seconds(LOOKED_AT_EVERY));
			if (this.schedule.losesSight()) {
				envelope.allow(fastest(watched.initialLimit(bucket)) * seconds(this.bound) / 2);
			}
		}
	}

	/**
	 * Who learns later of a limit that changed refills for longer by the former one.
	 */
	double refilledWhileNewsTravels(BucketName bucket) {
		Limit limit = this.fleet.initialLimit(bucket);
		boolean changes = this.schedule.events()
			.stream()
			.anyMatch((event) -> event instanceof ScheduleEvent.Change change
					&& limit.name().endsWith("" + change.limit()));
		return changes ? fastest(limit) * seconds(this.bound) : 0;
	}

	// Each member may have one request more than its peers know of.
	private double base(BucketName bucket) {
		int members = this.schedule.world().members();
		int cost = 1;
		for (ScheduleEvent event : this.schedule.events()) {
			members += (event instanceof ScheduleEvent.Join) ? 1 : 0;
			if (event instanceof ScheduleEvent.Load load
					&& load.limit() == bucket.number() / this.schedule.world().keys()
					&& load.key() == bucket.number() % this.schedule.world().keys()) {
				cost = Math.max(cost, load.cost());
			}
		}
		return 1 + (double) members * cost;
	}

	private double largest(BucketName bucket) {
		Limit limit = this.fleet.initialLimit(bucket);
		double largest = MicroTokens.toTokens(limit.capacity());
		for (ScheduleEvent event : this.schedule.events()) {
			if (event instanceof ScheduleEvent.Change change && limit.name().endsWith("" + change.limit())) {
				largest = Math.max(largest, change.quota().capacity());
			}
		}
		return largest;
	}

	private double fastest(Limit limit) {
		double fastest = limit.refillRate().tokensPerSecond();
		for (ScheduleEvent event : this.schedule.events()) {
			if (event instanceof ScheduleEvent.Change change && limit.name().endsWith("" + change.limit())) {
				fastest = Math.max(fastest, change.quota().perSecond());
			}
		}
		return fastest;
	}

	@Override
	public void onArrival(ScheduledMember member, BucketName bucket, int cost) {
		this.splits.get(bucket).arrive(member.node(), cost, now());
	}

	@Override
	public void onAdmitted(ScheduledMember member, BucketName bucket, int cost, Reason reason, boolean joining) {
		Envelope envelope = this.envelopes.get(bucket);
		if (joining) {
			envelope.admitAsJoiner(cost, now());
			checkJoiner(member, bucket, cost);
		}
		else if (reason == Reason.LEVEL) {
			envelope.admitOnLevel(cost, now());
		}
		else {
			envelope.admit(cost, now());
		}
		if (envelope.worst() > 0) {
			throw new Violation("more admitted than the bound at " + now() + " of " + bucket + ": " + envelope);
		}
	}

	// Whoever is not counted yet has one of replication-factor parts, and no refill.
	private void checkJoiner(ScheduledMember member, BucketName bucket, int cost) {
		double spent = this.byJoiner.merge(member.id() + "/" + bucket.number(), (double) cost, Double::sum);
		double part = largest(bucket) / this.schedule.world().replicationFactor();
		if (spent > part) {
			throw new Violation(member + " spent " + spent + " of " + bucket + " while joining, not " + part);
		}
	}

	@Override
	public void beforeLoss(ScheduledMember member) {
		this.envelopes.keySet().forEach((bucket) -> this.joinedBefore.put(bucket, joined(bucket)));
	}

	@Override
	public void afterLoss() {
		this.envelopes.forEach((bucket, envelope) -> {
			Limit limit = this.fleet.limit(bucket);
			long before = limit.level(this.joinedBefore.get(bucket));
			boolean known = this.fleet.running().stream().anyMatch((member) -> member.find(bucket).isPresent());
			long after = known ? limit.level(joined(bucket)) : limit.capacity();
			envelope.forget(Math.max(0, MicroTokens.toTokens(after - before)));
		});
	}

	@Override
	public void onStep(ScheduledMember member, Duration by) {
		// By its clock its buckets may have become full, and idle for long.
		this.lastSeen.keySet().removeIf((replica) -> replica.startsWith(member.id() + "/"));
		this.envelopes.forEach((bucket, envelope) -> {
			Limit limit = this.fleet.limit(bucket);
			double perSecond = limit.refillRate().tokensPerSecond();
			envelope.allow(Math.min(MicroTokens.toTokens(limit.capacity()), perSecond * seconds(by)));
		});
	}

	/**
	 * Looks at every member.
	 */
	void look() {
		double entitled = 0;
		double clockRate = 1;
		for (ScheduledMember member : this.fleet.running()) {
			MembershipView view = member.view();
			clockRate = Math.max(clockRate, member.clockRate());
			if (!view.isJoining() && !member.clock().isPaused()) {
				entitled += 1.0 / view.size();
			}
			this.splits.forEach((bucket, split) -> {
				Limit limit = member.limit(bucket);
				if (view.isJoining() || member.clock().isPaused()) {
					split.end(member.node());
				}
				else {
					split.divide(member.node(), view.size(), MicroTokens.toTokens(limit.capacity()),
							limit.refillRate().tokensPerSecond(), now());
				}
			});
		}
		for (int node = 0; node < Schedule.MOST_NODES; node++) {
			if (this.fleet.running(node).isEmpty()) {
				int gone = node;
				this.splits.values().forEach((split) -> split.end(gone));
			}
		}
		for (Map.Entry<BucketName, Envelope> envelope : this.envelopes.entrySet()) {
			double capacity = 0;
			double perSecond = 0;
			for (ScheduledMember member : this.fleet.running()) {
				Limit limit = member.limit(envelope.getKey());
				capacity = Math.max(capacity, MicroTokens.toTokens(limit.capacity()));
				perSecond = Math.max(perSecond, limit.refillRate().tokensPerSecond());
			}
			envelope.getValue().entitle(entitled, capacity, perSecond, clockRate, now());
		}
		checkWhoIsCounted(entitled);
		allowForCredit();
	}

	// What a silent member's share would have refilled comes at once when it is removed.
	private void allowForCredit() {
		Map<MemberId, Duration> silent = new HashMap<>();
		for (ScheduledMember member : this.fleet.running()) {
			for (PeerView lost : member.view().unheard()) {
				Duration since = this.silentSince.getOrDefault(lost.id(), now());
				silent.put(lost.id(), since);
				boolean gone = this.fleet.running().stream().noneMatch((other) -> other.id().equals(lost.id()));
				boolean silentForLong = now().minus(since).compareTo(this.schedule.tolerated()) > 0;
				if ((gone || silentForLong) && this.credited.add(lost.id())) {
					this.envelopes.values().forEach((envelope) -> envelope.allowForCredit(member.view().size()));
				}
			}
		}
		this.silentSince.clear();
		this.silentSince.putAll(silent);
	}

	// Nobody counts fewer members than there are, unless the schedule tore them apart.
	private void checkWhoIsCounted(double entitled) {
		if (entitled < 1.001) {
			this.wholeAt = now();
		}
		else if (now().minus(this.wholeAt).compareTo(this.bound.multipliedBy(2)) > 0 && !this.schedule.mayTearApart()) {
			throw new Violation("members together believe in " + entitled + " buckets: " + this.fleet.running());
		}
	}

	/**
	 * Counters never run backwards, unless the bucket was full and dropped.
	 */
	void watchCounters() {
		for (ScheduledMember member : this.fleet.running()) {
			for (BucketName bucket : this.envelopes.keySet()) {
				String replica = member.id() + "/" + bucket.number();
				Optional<BucketStatus> now = member.find(bucket);
				BucketStatus before = now.isPresent() ? this.lastSeen.put(replica, now.get())
						: this.lastSeen.remove(replica);
				// Where something is held aside, a removal may fill it at once.
				if (before == null || isFull(before) || before.spendable() < before.level()) {
					continue;
				}
				if (now.isEmpty()) {
					throw new Violation(replica + " was dropped below full: " + before);
				}
				if (!now.get().state().isAtLeast(before.state())) {
					throw new Violation(replica + " runs backwards: " + before + " then " + now.get());
				}
			}
		}
	}

	// Within the next interval between two looks.
	private static boolean isFull(BucketStatus status) {
		return status.timeToFull().compareTo(Duration.ofMillis(500)) < 0;
	}

	/**
	 * A fleet in trouble may admit less than the ideal bucket, but not less than half of
	 * what members would that each had a fixed part, a bucketful aside.
	 */
	void checkNothingLost() {
		this.envelopes.forEach((bucket, envelope) -> {
			double split = this.splits.get(bucket).admitted();
			if (envelope.admitted() < split / 2 - MicroTokens.toTokens(this.fleet.limit(bucket).capacity())) {
				throw new Violation(bucket + " admitted " + envelope.admitted() + ", a fixed split " + split);
			}
		});
	}

	Map<BucketName, Envelope> envelopes() {
		return this.envelopes;
	}

	/**
	 * What the running members know together.
	 */
	private TokenBucketState joined(BucketName bucket) {
		TokenBucketState joined = TokenBucketState.empty();
		List<TokenBucketState> states = new ArrayList<>();
		this.fleet.running().forEach((member) -> member.find(bucket).map(BucketStatus::state).ifPresent(states::add));
		for (TokenBucketState state : states) {
			joined = joined.merge(state);
		}
		return joined;
	}

	private Duration now() {
		return this.fleet.time().elapsed();
	}

	private static double seconds(Duration duration) {
		return duration.toNanos() / 1e9;
	}

}
