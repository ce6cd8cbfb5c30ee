package io.openclaw.tokenbucket.replication;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

import io.openclaw.tokenbucket.crdt.Limit;
import io.openclaw.tokenbucket.crdt.MemberId;
import io.openclaw.tokenbucket.persistence.SnapshotKeeper;
import io.openclaw.tokenbucket.replication.TestFleet.TestMember;
import io.openclaw.tokenbucket.replication.port.MessageSigning;
import io.openclaw.tokenbucket.replication.port.ReplicationListener;
import io.openclaw.tokenbucket.simulation.VirtualTime;

/**
 * Members in virtual time that share a {@link MemorySnapshots}.
 */
final class SavedFleet implements ReplicationListener {

	private final TestFleet fleet = new TestFleet();

	private final MemorySnapshots snapshots = new MemorySnapshots(this.fleet.time());

	private final List<String> rejected = new ArrayList<>();

	private final MessageSigning signing;

	private long incarnations;

	SavedFleet(MessageSigning signing) {
		this.signing = signing;
	}

	/**
	 * Configures whatever starts from now on.
	 */
	void configure(Limit limit) {
		this.fleet.configure(limit);
	}

	VirtualTime time() {
		return this.fleet.time();
	}

	TestWire wire() {
		return this.fleet.wire();
	}

	MemorySnapshots snapshots() {
		return this.snapshots;
	}

	/**
	 * Why what was read was rejected, or what failed.
	 */
	List<String> rejected() {
		return Stream.concat(this.rejected.stream(), this.fleet.surprises().stream()).toList();
	}

	void advanceSeconds(double seconds) {
		this.fleet.advanceSeconds(seconds);
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

	@Override
	public void onRejected(String reason) {
		this.rejected.add(reason);
	}

	@Override
	public void onFailure(RuntimeException failure) {
		this.rejected.add(failure.toString());
	}

	/**
	 * One process.
	 */
	final class Process {

		private final TestMember member;

		private final SnapshotKeeper keeper;

		Process(String node) {
			SavedFleet saved = SavedFleet.this;
			this.member = saved.fleet.create(new MemberId(node, ++saved.incarnations), UnaryOperator.identity(),
					MessageSigning.NONE);
			this.keeper = new SnapshotKeeper(spender().store(), saved.snapshots.connect(), saved.signing, saved.time(),
					this.member, saved);
		}

		private void start() {
			replicator().founded().thenAccept(this.keeper::joined);
			this.keeper.start(Spender.REPLICATION_FACTOR);
			this.member.schedule(Duration.ofMillis(1), replicator()::start);
		}

		MemberId id() {
			return this.member.id();
		}

		Spender spender() {
			return this.member.spender();
		}

		Replicator replicator() {
			return this.member.replicator();
		}

		void kill() {
			this.member.kill();
		}

		/**
		 * Leaves as a gateway does that is asked to stop.
		 */
		void stop() {
			replicator().leave().thenRun(this.keeper::stop);
		}

	}

}
