package io.openclaw.tokenbucket.simulation;

import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

import io.openclaw.tokenbucket.crdt.Limit;
import io.openclaw.tokenbucket.crdt.MemberId;
import io.openclaw.tokenbucket.limiter.BucketStore;
import io.openclaw.tokenbucket.limiter.TokenBucketLimiter;
import io.openclaw.tokenbucket.limiter.limit.LimitDefinition;
import io.openclaw.tokenbucket.limiter.limit.LimitPolicy;
import io.openclaw.tokenbucket.limiter.limit.LimitSource;
import io.openclaw.tokenbucket.limiter.limit.LimiterSettings;
import io.openclaw.tokenbucket.limiter.membership.FleetState;
import io.openclaw.tokenbucket.limiter.membership.MembershipView;
import io.openclaw.tokenbucket.limiter.port.BucketStatus;
import io.openclaw.tokenbucket.replication.port.ReplicationListener;
import io.openclaw.tokenbucket.replication.port.ReplicationSettings;
import io.openclaw.tokenbucket.replication.port.ReplicationTransport;

/**
 * One simulated process with a clock of its own.
 */
final class ScheduledMember {

	private static final int MOST_KEYS = 1000;

	private final MemberId id;

	private final MemberClock clock;

	private final SimulatedMember process;

	ScheduledMember(MemberId id, MemberClock clock, Schedule.World world, List<LimitPolicy> policies,
			ReplicationTransport transport, ReplicationListener listener) {
		this.id = id;
		this.clock = clock;
		BucketStore store = new BucketStore(id, policies,
				new LimiterSettings(world.replicationFactor(), world.syncInterval(), MOST_KEYS), clock);
		this.process = new SimulatedMember(store,
				new ReplicationSettings(null, world.replicationFactor(), world.syncInterval(), world.memberTimeout()),
				transport, clock, clock, listener);
	}

	MemberId id() {
		return this.id;
	}

	int node() {
		return SimulatedNetwork.numberOf(this.id);
	}

	MemberClock clock() {
		return this.clock;
	}

	TokenBucketLimiter limiter() {
		return this.process.limiter();
	}

	CompletionStage<Void> leave() {
		return this.process.leave();
	}

	MembershipView view() {
		return this.process.store().view(this.clock.nanoTime());
	}

	boolean isJoining() {
		return this.process.limiter().state() == FleetState.JOINING;
	}

	void change(Limit limit) {
		this.process.control()
			.edit(limit.name(), (current) -> new LimitDefinition(limit, 0, current.consistency(), current.mode()),
					LimitSource.ENDPOINT);
	}

	/**
	 * A limit as this member follows it.
	 */
	Limit limit(BucketName bucket) {
		return this.process.limiter().policy(bucket.limit()).limit();
	}

	LimitDefinition definition(BucketName bucket) {
		return Objects.requireNonNull(this.process.control().definitions().get(bucket.limit()));
	}

	Optional<BucketStatus> find(BucketName name) {
		return this.process.limiter().find(name.limit(), name.key());
	}

	void start() {
		this.process.start();
	}

	void die() {
		this.clock.die();
		this.process.kill();
	}

	/**
	 * How much faster than the others' its clock runs.
	 */
	double clockRate() {
		return this.clock.rate();
	}

	@Override
	public String toString() {
		return this.id + " " + this.process.limiter().state() + " N=" + view().size() + " heard=" + view().heard();
	}

	/**
	 * One of the buckets that requests are for.
	 */
	record BucketName(int number, String limit, String key) implements Comparable<BucketName> {

		@Override
		public int compareTo(BucketName other) {
			return Integer.compare(this.number, other.number);
		}

	}

}
