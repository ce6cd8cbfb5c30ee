package io.openclaw.tokenbucket.replication.gossip;

import java.time.Duration;

import org.junit.jupiter.api.Test;

import io.openclaw.tokenbucket.crdt.MemberId;
import io.openclaw.tokenbucket.replication.Spender;
import io.openclaw.tokenbucket.replication.delivery.Outbox;
import io.openclaw.tokenbucket.replication.port.ReplicationSettings;
import io.openclaw.tokenbucket.simulation.VirtualTime;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * When the buckets are summed up.
 */
class DigestsTests {

	private final VirtualTime time = new VirtualTime();

	private final Spender spender = new Spender(new MemberId("a", 1), this.time);

	private final Digests digests = new Digests(this.spender.store(),
			() -> new ReplicationSettings(null, 3, Spender.SYNC_INTERVAL, Duration.ofSeconds(30)),
			new Outbox(this.spender.store()), this.time.nanoTime());

	@Test
	void aSumThatIsKnownIsSummedUpAgainAfterAPauseOnly() {
		for (int key = 0; key <= DigestWalk.STEP; key++) {
			this.spender.spend("key-" + key, 1000);
		}
		this.spender.store().acknowledgeAlone(this.time.nanoTime());
		this.time.advance(Duration.ofMillis(401));
		for (int walk = 0; walk < 2; walk++) {
			assertThat(sumUp()).isTrue();
			assertThat(sumUp()).isFalse();
		}
		assertThat(this.digests.digest(this.time.nanoTime())).isNotNull();
		assertThat(sumUp()).isFalse();
		this.time.advance(Duration.ofMillis(1999));
		assertThat(sumUp()).isFalse();
		this.time.advance(Duration.ofMillis(1));
		assertThat(sumUp()).isTrue();
	}

	private boolean sumUp() {
		return this.digests.sumUp(this.time.nanoTime());
	}

}
