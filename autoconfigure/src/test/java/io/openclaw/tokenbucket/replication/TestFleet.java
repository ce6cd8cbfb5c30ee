package io.openclaw.tokenbucket.replication;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;

import io.openclaw.tokenbucket.crdt.Limit;
import io.openclaw.tokenbucket.crdt.MemberId;
import io.openclaw.tokenbucket.limiter.Timer;
import io.openclaw.tokenbucket.replication.port.InMemoryBus;
import io.openclaw.tokenbucket.replication.port.InMemoryReplicationTransport;
import io.openclaw.tokenbucket.replication.port.MessageSigning;
import io.openclaw.tokenbucket.replication.port.ReplicationListener;
import io.openclaw.tokenbucket.replication.port.ReplicationSettings;
import io.openclaw.tokenbucket.replication.port.ReplicationTransport;
import io.openclaw.tokenbucket.simulation.VirtualTime;

/**
 * Members in virtual time that share a {@link TestWire}. Whatever fails or is rejected
 * fails the test, unless it is expected.
 */
public final class TestFleet {

	public static final Duration MEMBER_TIMEOUT = Duration.ofSeconds(30);

	private final VirtualTime time = new VirtualTime();

	private final TestWire wire = new TestWire(this.time);

	private final InMemoryBus bus = new InMemoryBus(this.time, this.time, this.wire);

	private final List<String> surprises = new ArrayList<>();

	private Limit configured = Spender.limit(1000);

	public VirtualTime time() {
		return this.time;
	}

	public TestWire wire() {
		return this.wire;
	}

	/**
	 * What was rejected or failed so far.
	 */
	public List<String> surprises() {
		return this.surprises;
	}

	/**
	 * Configures whatever is created from now on.
	 */
	public void configure(Limit limit) {
		this.configured = limit;
	}

	public void advance(Duration duration) {
		this.time.advance(duration);
	}

	public void advanceSeconds(double seconds) {
		advance(Duration.ofMillis((long) (seconds * 1e3)));
	}

	/**
	 * Lets time pass until something holds.
	 * @return how long that took
	 */
	public Duration awaitAtMost(Duration limit, Supplier<Boolean> condition) {
		Duration start = this.time.elapsed();
		while (!condition.get()) {
			Duration waited = this.time.elapsed().minus(start);
			if (waited.compareTo(limit) > 0) {
				throw new AssertionError("not within " + limit);
			}
			advance(Duration.ofMillis(1));
		}
		return this.time.elapsed().minus(start);
	}

	public TestMember start(String node) {
		return start(new MemberId(node, 1), UnaryOperator.identity());
	}

	public TestMember start(MemberId id, UnaryOperator<ReplicationTransport> transport) {
		return start(id, transport, MessageSigning.NONE);
	}

	public TestMember start(MemberId id, MessageSigning signing) {
		return start(id, UnaryOperator.identity(), signing);
	}

	public TestMember start(MemberId id, UnaryOperator<ReplicationTransport> transport, MessageSigning signing) {
		TestMember member = create(id, transport, signing);
		member.replicator.start();
		return member;
	}

	/**
	 * Creates a member that is not started yet.
	 */
	public TestMember create(MemberId id, UnaryOperator<ReplicationTransport> transport, MessageSigning signing) {
		return new TestMember(id, transport, signing);
	}

	/**
	 * Starts members that find each other.
	 */
	public List<TestMember> startTogether(String... nodes) {
		List<TestMember> members = List.of(nodes).stream().map(this::start).toList();
		advanceSeconds(3);
		return members;
	}

	/**
	 * Delivers a message that no member sent.
	 */
	public void forge(MemberId pretended, byte[] message) {
		this.bus.publish(pretended, message);
	}

	/**
	 * One process.
	 */
	public final class TestMember implements Timer, ReplicationListener {

		private final MemberId id;

		private final Spender spender;

		private final Replicator replicator;

		private final Queue<Runnable> missed = new ArrayDeque<>();

		private final List<MemberId> raised = new ArrayList<>();

		private boolean running = true;

		private boolean killed;

		TestMember(MemberId id, UnaryOperator<ReplicationTransport> transport, MessageSigning signing) {
			this.id = id;
			TestFleet fleet = TestFleet.this;
			this.spender = new Spender(id, fleet.time, fleet.configured);
			ReplicationTransport tapped = fleet.wire.tap(new InMemoryReplicationTransport(fleet.bus), id);
			this.replicator = new Replicator(
					this.spender.store(), transport.apply(tapped), new ReplicationSettings(null,
							Spender.REPLICATION_FACTOR, Spender.SYNC_INTERVAL, MEMBER_TIMEOUT, signing),
					fleet.time, this, this);
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

		/**
		 * The ids under which it went on.
		 */
		List<MemberId> raised() {
			return this.raised;
		}

		boolean isCounted() {
			return this.replicator.joined().toCompletableFuture().isDone();
		}

		int fleetSize() {
			return this.replicator.status().fleetSize();
		}

		/**
		 * Ends the process without a goodbye.
		 */
		void kill() {
			this.killed = true;
		}

		/**
		 * Stops the process until it is woken: what happens meanwhile waits.
		 */
		void pause() {
			this.running = false;
		}

		/**
		 * Goes on.
		 * @param inBetween happens between any two things that waited
		 */
		void wake(Runnable inBetween) {
			this.running = true;
			for (Runnable task = this.missed.poll(); task != null; task = this.missed.poll()) {
				task.run();
				inBetween.run();
			}
		}

		@Override
		public void schedule(Duration delay, Runnable task) {
			TestFleet.this.time.schedule(delay, () -> {
				if (!this.running) {
					this.missed.add(task);
				}
				else if (!this.killed) {
					task.run();
				}
			});
		}

		@Override
		public void onRaise(MemberId from, MemberId to) {
			this.raised.add(to);
		}

		@Override
		public void onRejected(String reason) {
			TestFleet.this.surprises.add(this.id + " rejected: " + reason);
		}

		@Override
		public void onFailure(RuntimeException failure) {
			TestFleet.this.surprises.add(this.id + " failed: " + failure);
		}

	}

}
