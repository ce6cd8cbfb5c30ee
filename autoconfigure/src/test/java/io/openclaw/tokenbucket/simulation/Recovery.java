package io.openclaw.tokenbucket.simulation;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Collectors;

import io.openclaw.tokenbucket.crdt.MicroTokens;
import io.openclaw.tokenbucket.crdt.TokenBucketState;
import io.openclaw.tokenbucket.limiter.limit.LimitDefinition;
import io.openclaw.tokenbucket.limiter.membership.FleetState;
import io.openclaw.tokenbucket.limiter.port.BucketStatus;
import io.openclaw.tokenbucket.simulation.ScheduledMember.BucketName;

/**
 * What must hold once no more faults happen: everybody is heard again, all replicas are
 * equal, and all of the refill is to be had.
 */
final class Recovery {

	// A member that is gone is removed when its presence has faded, and the servers were
	// in reach for three seconds; one that was removed joins again.
	private static final Duration PATIENCE = Duration.ofSeconds(10);

	// A member is lost so long after the last that was received of it: some that the last
	// fault silenced still are, once it is over.
	private static final int INTERVALS_TO_LOSS = 4;

	private static final Duration NEWS_TRAVELS = Duration.ofSeconds(2);

	private static final Duration ENCORE = Duration.ofSeconds(2);

	private final Schedule.World world;

	private final ScheduledFleet fleet;

	private final Oracle oracle;

	private final Consumer<Duration> pass;

	Recovery(Schedule schedule, ScheduledFleet fleet, Oracle oracle, Consumer<Duration> pass) {
		this.world = schedule.world();
		this.fleet = fleet;
		this.oracle = oracle;
		this.pass = pass;
	}

	void check() {
		this.pass.accept(this.world.syncInterval().multipliedBy(INTERVALS_TO_LOSS));
		awaitAllHeard();
		if (!this.fleet.running().isEmpty()) {
			spendOneEverywhere();
			this.fleet.buckets().forEach(this::checkDefinitions);
			this.fleet.buckets().forEach(this::checkReplicas);
			checkService();
		}
	}

	private void awaitAllHeard() {
		Duration patience = this.world.memberTimeout().plus(PATIENCE);
		Duration until = this.fleet.time().elapsed().plus(patience);
		while (!isWhole()) {
			if (this.fleet.time().elapsed().compareTo(until) > 0) {
				throw new Violation("not whole " + patience + " after the last fault: " + this.fleet.running());
			}
			this.pass.accept(Duration.ofMillis(100));
		}
	}

	private boolean isWhole() {
		int size = this.fleet.running().size();
		return this.fleet.isSettled() && this.fleet.running()
			.stream()
			.allMatch((member) -> member.limiter().state() == FleetState.HEALTHY && member.view().size() == size);
	}

	private void spendOneEverywhere() {
		for (ScheduledMember member : this.fleet.running()) {
			member.clock().run(1000);
			this.fleet.buckets().forEach((bucket) -> this.fleet.request(member.node(), bucket, 1));
		}
		this.pass.accept(NEWS_TRAVELS);
	}

	private void checkDefinitions(BucketName bucket) {
		Set<LimitDefinition> definitions = this.fleet.running()
			.stream()
			.map((member) -> member.definition(bucket))
			.collect(Collectors.toSet());
		if (definitions.size() > 1) {
			throw new Violation(bucket + " has several definitions: " + definitions);
		}
	}

	private void checkReplicas(BucketName bucket) {
		double capacity = MicroTokens.toTokens(this.fleet.limit(bucket).capacity());
		double latest = this.world.latency().multipliedBy(2).toNanos() / 1e9;
		double tolerance = 1 + this.fleet.limit(bucket).refillRate().tokensPerSecond() * latest
				+ this.oracle.refilledWhileNewsTravels(bucket);
		BucketStatus first = this.fleet.running().iterator().next().limiter().peek(bucket.limit(), bucket.key());
		for (ScheduledMember member : this.fleet.running()) {
			BucketStatus status = member.limiter().peek(bucket.limit(), bucket.key());
			double level = MicroTokens.toTokens(status.level());
			if (level > capacity + tolerance) {
				throw new Violation(member + " has " + level + " of " + capacity + " in " + bucket);
			}
			boolean equal = isFull(status) || isFull(first)
					|| status.state().consumed().equals(first.state().consumed())
							&& status.state().returned().equals(first.state().returned());
			if (Math.abs(level - MicroTokens.toTokens(first.level())) > tolerance || !equal) {
				throw new Violation(bucket + " differs at " + member + "\n  " + status + "\n  " + first);
			}
		}
	}

	// Then some may have dropped it, and begun again.
	private static boolean isFull(BucketStatus status) {
		return status.state().equals(TokenBucketState.empty())
				|| status.limit().capacity() - status.level() < 2 * MicroTokens.PER_TOKEN;
	}

	private void checkService() {
		Map<BucketName, Double> before = new HashMap<>();
		this.oracle.envelopes().forEach((bucket, envelope) -> before.put(bucket, envelope.admitted()));
		Duration until = this.fleet.time().elapsed().plus(ENCORE);
		for (ScheduledMember member : this.fleet.running()) {
			for (BucketName bucket : before.keySet().stream().sorted().toList()) {
				double perSecond = this.fleet.limit(bucket).refillRate().tokensPerSecond();
				this.fleet.load(until, member.node(), bucket, Math.max(3, 2 * perSecond / this.fleet.running().size()));
			}
		}
		this.pass.accept(ENCORE.plusMillis(100));
		before.forEach((bucket, admitted) -> {
			double perSecond = this.fleet.limit(bucket).refillRate().tokensPerSecond();
			double got = this.oracle.envelopes().get(bucket).admitted() - admitted;
			double due = 0.85 * perSecond * (ENCORE.toMillis() / 1e3 - 1) - this.fleet.running().size() - 2;
			if (got < due) {
				throw new Violation(bucket + " admitted only " + got + " after recovery, not " + due);
			}
		});
	}

}
