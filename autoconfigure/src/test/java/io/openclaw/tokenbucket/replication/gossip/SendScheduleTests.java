package io.openclaw.tokenbucket.replication.gossip;

import java.time.Duration;

import org.junit.jupiter.api.Test;

import io.openclaw.tokenbucket.crdt.MemberId;
import io.openclaw.tokenbucket.replication.Spender;
import io.openclaw.tokenbucket.replication.delivery.Outbox;
import io.openclaw.tokenbucket.replication.membership.Membership;
import io.openclaw.tokenbucket.replication.port.ReplicationSettings;
import io.openclaw.tokenbucket.replication.wire.Message;
import io.openclaw.tokenbucket.replication.wire.MessageBuilder;
import io.openclaw.tokenbucket.simulation.VirtualTime;

import static io.openclaw.tokenbucket.replication.port.Standing.MEMBER;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * When a member of a fleet of eleven sends.
 */
class SendScheduleTests {

	private static final MemberId SELF = new MemberId("m", 1);

	private static final ReplicationSettings SETTINGS = new ReplicationSettings(null, 3, Spender.SYNC_INTERVAL,
			Duration.ofSeconds(30));

	private final VirtualTime time = new VirtualTime();

	private final Spender spender = new Spender(SELF, this.time);

	private final Outbox outbox = new Outbox(this.spender.store());

	private final Membership membership = new Membership(SELF, () -> SETTINGS);

	private final SendSchedule schedule = new SendSchedule(this.spender.store(), () -> SETTINGS, this.membership,
			this.outbox, this.time.nanoTime());

	@Test
	void aBatchThatIsWantedLeavesAsSoonAsThePaceAllowsAndNotWithTheNextHeartbeat() {
		for (int i = 0; i < 10; i++) {
			Message message = MessageBuilder.from(new MemberId("peer-" + i, 1), MEMBER)
				.lists(SELF, MEMBER)
				.sentAt(i + 1)
				.build();
			long now = this.time.nanoTime();
			this.membership.meet(message, now)
				.ifPresent((sender) -> this.membership.receive(message, sender, 0, message.sentAt(), now));
		}
		// Each costs ten milliseconds, of which two may be sent in advance.
		for (int sent = 0; sent < 5; sent++) {
			this.schedule.onMessage(false, this.time.nanoTime());
		}
		this.spender.spend("key", 1);
		this.schedule.wantBatch();
		assertThat(this.schedule.isBatchDue(this.time.nanoTime())).isFalse();
		assertThat(this.schedule.nextDue(this.time.nanoTime()) - this.time.nanoTime())
			.isEqualTo(Duration.ofMillis(30).toNanos());
		this.time.advance(Duration.ofMillis(30));
		assertThat(this.schedule.isBatchDue(this.time.nanoTime())).isTrue();
	}

}
