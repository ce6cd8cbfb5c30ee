package io.openclaw.tokenbucket.replication;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.atomic.AtomicInteger;

import org.junit.jupiter.api.Test;

import io.openclaw.tokenbucket.crdt.MemberId;
import io.openclaw.tokenbucket.limiter.Timer;
import io.openclaw.tokenbucket.limiter.membership.MembershipView;
import io.openclaw.tokenbucket.replication.port.InMemoryBus;
import io.openclaw.tokenbucket.replication.port.InMemoryReplicationTransport;
import io.openclaw.tokenbucket.replication.port.MembershipChanged;
import io.openclaw.tokenbucket.replication.port.MessageSigning;
import io.openclaw.tokenbucket.replication.port.ReplicationListener;
import io.openclaw.tokenbucket.replication.port.ReplicationSettings;
import io.openclaw.tokenbucket.simulation.VirtualTime;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A fleet whose threads are busy with every bucket that a change of the members touches.
 * Who misses heartbeats for that is another change, for everybody.
 */
class BusyThreadTests {

	private static final int BUCKETS = 40_000;

	// As measured, times as many as a store of 300,000 has more: 0.8 s where all are
	// touched.
	private static final Duration COST_PER_BUCKET = Duration.ofNanos(20_000);

	private static final int MEMBERS = 5;

	private final VirtualTime time = new VirtualTime();

	private final InMemoryBus bus = new InMemoryBus(this.time, this.time, InMemoryBus.Network.PERFECT);

	private final Duration cost = COST_PER_BUCKET.multipliedBy(touchedByAMembershipChange());

	@Test
	void survivorsHearEachOtherAllTheTimeThoughOneDies() {
		List<Member> members = new ArrayList<>();
		for (int i = 0; i < MEMBERS; i++) {
			members.add(new Member("m" + i));
		}
		this.time.advance(Duration.ofSeconds(5));
		members.remove(MEMBERS - 1).killed = true;
		for (int step = 0; step < 600; step++) {
			this.time.advance(Duration.ofMillis(100));
			assertThat(members).as("%d ms after the death", 100 * step)
				.allMatch((member) -> member.heard() >= MEMBERS - 2);
		}
	}

	private static int touchedByAMembershipChange() {
		AtomicInteger touched = new AtomicInteger();
		VirtualTime time = new VirtualTime();
		MemberId self = new MemberId("probe", 1);
		Spender spender = new Spender(self, time);
		for (int key = 0; key < BUCKETS; key++) {
			spender.spend("key-" + key, 1);
		}
		spender.store().changes().fallBack(Spender.LIMIT, (members) -> {
			touched.incrementAndGet();
			return 1.0 / members;
		});
		spender.store().membershipChanged(MembershipView.joining(self, 2, time.nanoTime()), time.nanoTime());
		return touched.get();
	}

	/**
	 * Runs one task after the other, and is busy after each change of the members.
	 */
	private final class Member implements Timer, ReplicationListener {

		private final Queue<Runnable> tasks = new ArrayDeque<>();

		private final Replicator replicator;

		private long busyUntil;

		private boolean killed;

		Member(String node) {
			VirtualTime clock = BusyThreadTests.this.time;
			this.busyUntil = clock.nanoTime();
			this.replicator = new Replicator(new Spender(new MemberId(node, 1), clock).store(),
					new InMemoryReplicationTransport(BusyThreadTests.this.bus), new ReplicationSettings(null, MEMBERS,
							Spender.SYNC_INTERVAL, TestFleet.MEMBER_TIMEOUT, MessageSigning.NONE),
					clock, this, this);
			this.replicator.start();
		}

		long heard() {
			return this.replicator.status().members().stream().filter(MemberStatus::heard).count();
		}

		@Override
		public void schedule(Duration delay, Runnable task) {
			BusyThreadTests.this.time.schedule(delay, () -> {
				this.tasks.add(task);
				run();
			});
		}

		private void run() {
			while (!this.killed && !this.tasks.isEmpty()) {
				long left = this.busyUntil - BusyThreadTests.this.time.nanoTime();
				if (left > 0) {
					BusyThreadTests.this.time.schedule(Duration.ofNanos(left), this::run);
					return;
				}
				this.tasks.remove().run();
			}
		}

		@Override
		public void onMembershipChange(MembershipChanged change) {
			this.busyUntil = BusyThreadTests.this.time.nanoTime() + BusyThreadTests.this.cost.toNanos();
		}

	}

}
