package io.openclaw.tokenbucket.replication;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

import io.openclaw.tokenbucket.crdt.Limit;
import io.openclaw.tokenbucket.crdt.MemberId;
import io.openclaw.tokenbucket.limiter.Timer;
import io.openclaw.tokenbucket.persistence.SnapshotKeeper;
import io.openclaw.tokenbucket.replication.port.InMemoryBus;
import io.openclaw.tokenbucket.replication.port.InMemoryReplicationTransport;
import io.openclaw.tokenbucket.replication.port.MessageSigning;
import io.openclaw.tokenbucket.replication.port.ReplicationListener;
import io.openclaw.tokenbucket.replication.port.ReplicationSettings;
import io.openclaw.tokenbucket.simulation.VirtualTime;

/**
 * Members in virtual time that share a bus and a {@link MemorySnapshots}.
 */
final class SavedFleet {

	private static final Duration LATENCY = Duration.ofMillis(2);

	private final VirtualTime time = new VirtualTime();

	private final InMemoryBus bus = new InMemoryBus(this.time, this.time, new InMemoryBus.Network() {

		@Override
		public List<Duration> deliveries(MemberId from, MemberId to) {
			return List.of(LATENCY);
		}

		@Override
		public boolean reachesServer(MemberId member) {
			return true;
		}

	});

	private final MemorySnapshots snapshots = new MemorySnapshots(this.time);

	private final List<String> rejected = new ArrayList<>();

	private final MessageSigning signing;

	private long incarnations;

	private Limit configured = Spender.limit(1000);

	SavedFleet(MessageSigning signing) {
		this.signing = signing;
	}

	/**
	 * Configures whatever starts from now on.
	 */
	void configure(Limit limit) {
		this.configured = limit;
	}

	VirtualTime time() {
		return this.time;
	}

	MemorySnapshots snapshots() {
		return this.snapshots;
	}

	/**
	 * Why what was read was rejected, or what failed.
	 */
	List<String> rejected() {
		return this.rejected;
	}

	void advanceSeconds(double seconds) {
		this.time.advance(Duration.ofMillis((long) (seconds * 1e3)));
	}

	/**
	 * Starts members, and waits until they have found each other.
	 */
	List<Process> start(String... nodes) {
		List<Process> started = List.of(nodes).stream().map(Process::new).toList();
		started.forEach(Process::start);
		advanceSeconds(3);
		return started;
	}

	Process boot(String node) {
		Process process = new Process(node);
		process.start();
		return process;
	}

	/**
	 * One process.
	 */
	final class Process implements Timer, ReplicationListener {

		private final Spender spender;

		private final Replicator replicator;

		private final SnapshotKeeper keeper;

		private final MemberId id;

		private boolean killed;

		Process(String node) {
			SavedFleet fleet = SavedFleet.this;
			this.id = new MemberId(node, ++fleet.incarnations);
			this.spender = new Spender(this.id, fleet.time, fleet.configured);
			this.replicator = new Replicator(
					this.spender.store(), new InMemoryReplicationTransport(fleet.bus), new ReplicationSettings(null,
							Spender.REPLICATION_FACTOR, Spender.SYNC_INTERVAL, Duration.ofSeconds(30)),
					fleet.time, this, this);
			this.keeper = new SnapshotKeeper(this.spender.store(), fleet.snapshots.connect(), fleet.signing, fleet.time,
					this, this);
		}

		private void start() {
			this.replicator.founded().thenAccept(this.keeper::joined);
			this.keeper.start(Spender.REPLICATION_FACTOR);
			schedule(Duration.ofMillis(1), this.replicator::start);
		}

		MemberId id() {
			return this.id;
		}

		Spender spender() {
			return this.spender;
		}

		Replicator replicator() {
			return this.replicator;
		}

		void kill() {
			this.killed = true;
		}

		/**
		 * Leaves as a gateway does that is asked to stop.
		 */
		void stop() {
			this.replicator.leave().thenRun(this.keeper::stop);
		}

		@Override
		public void schedule(Duration delay, Runnable task) {
			SavedFleet.this.time.schedule(delay, () -> {
				if (!this.killed) {
					task.run();
				}
			});
		}

		@Override
		public void onRejected(String reason) {
			SavedFleet.this.rejected.add(reason);
		}

		@Override
		public void onFailure(RuntimeException failure) {
			SavedFleet.this.rejected.add(failure.toString());
		}

	}

}
