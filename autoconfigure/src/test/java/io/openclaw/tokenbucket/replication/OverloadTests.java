package io.openclaw.tokenbucket.replication;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;

import org.junit.jupiter.api.Test;

import io.openclaw.tokenbucket.crdt.MemberId;
import io.openclaw.tokenbucket.limiter.Timer;
import io.openclaw.tokenbucket.replication.port.InMemoryBus;
import io.openclaw.tokenbucket.replication.port.InMemoryReplicationTransport;
import io.openclaw.tokenbucket.replication.port.MessageSigning;
import io.openclaw.tokenbucket.replication.port.ReplicationListener;
import io.openclaw.tokenbucket.replication.port.ReplicationSettings;
import io.openclaw.tokenbucket.simulation.VirtualTime;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A fleet in which more buckets change than its threads can merge. They learn of changes
 * later, but go on hearing each other.
 */
class OverloadTests {

	private static final int MEMBERS = 5;

	private static final int KEYS = Spender.MAX_KEYS;

	private static final Duration STEP = Duration.ofMillis(10);

	// Of a slow thread, which merges 1,800 buckets a second.
	private static final long NANOS_A_BYTE = 10_000;

	private final VirtualTime time = new VirtualTime();

	private final InMemoryBus bus = new InMemoryBus(this.time, this.time, InMemoryBus.Network.PERFECT);

	private final List<Member> members = new ArrayList<>();

	private int lastKey;

	OverloadTests() {
		for (int i = 0; i < MEMBERS; i++) {
			this.members.add(new Member("m" + i));
		}
		this.time.advance(Duration.ofSeconds(5));
	}

	@Test
	void membersHearEachOtherThoughTheyMergeHalfOfWhatChanges() {
		for (int step = 0; step < 2_000; step++) {
			spend(50);
			assertEverybodyIsHeard("%d ms after the load began", 10 * step);
		}
		assertCaughtUp();
	}

	private void spend(int buckets) {
		for (int i = 0; i < buckets; i++) {
			this.lastKey++;
			this.members.get(this.lastKey % MEMBERS).spender.spend("key-" + this.lastKey % KEYS, 1);
		}
		this.time.advance(STEP);
	}

	private void assertEverybodyIsHeard(String when, int millis) {
		assertThat(this.members).as(when, millis).allMatch((member) -> member.heard() == MEMBERS - 1);
	}

	private void assertCaughtUp() {
		this.time.advance(Duration.ofSeconds(30));
		assertThat(this.members).as("all have acknowledged everything").allMatch(Member::isAcknowledged);
	}

	/**
	 * Runs one task after the other, and is busy for a while with each byte that it
	 * reads.
	 */
	private final class Member implements Timer, ReplicationListener {

		private final Queue<Runnable> tasks = new ArrayDeque<>();

		private final Spender spender;

		private final Replicator replicator;

		private long busyUntil;

		Member(String node) {
			VirtualTime clock = OverloadTests.this.time;
			this.busyUntil = clock.nanoTime();
			this.spender = new Spender(new MemberId(node, 1), clock);
			this.replicator = new Replicator(this.spender.store(),
					new InMemoryReplicationTransport(OverloadTests.this.bus), new ReplicationSettings(null, MEMBERS,
							Spender.SYNC_INTERVAL, TestFleet.MEMBER_TIMEOUT, MessageSigning.NONE),
					clock, this, this);
			this.replicator.start();
		}

		long heard() {
			return this.replicator.status().members().stream().filter(MemberStatus::heard).count();
		}

		boolean isAcknowledged() {
			return this.spender.store().replicas().lag(OverloadTests.this.time.nanoTime()) == 0;
		}

		@Override
		public void schedule(Duration delay, Runnable task) {
			OverloadTests.this.time.schedule(delay, () -> {
				this.tasks.add(task);
				run();
			});
		}

		private void run() {
			while (!this.tasks.isEmpty()) {
				long left = this.busyUntil - OverloadTests.this.time.nanoTime();
				if (left > 0) {
					OverloadTests.this.time.schedule(Duration.ofNanos(left), this::run);
					return;
				}
				this.tasks.remove().run();
			}
		}

		@Override
		public void onReceived(int bytes) {
			this.busyUntil = OverloadTests.this.time.nanoTime() + bytes * NANOS_A_BYTE;
		}

	}

}
