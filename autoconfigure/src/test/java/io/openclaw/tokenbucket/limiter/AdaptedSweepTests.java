package io.openclaw.tokenbucket.limiter;

import java.time.Duration;
import java.util.List;

import org.junit.jupiter.api.Test;

import io.openclaw.tokenbucket.limiter.limit.Consistency;
import io.openclaw.tokenbucket.simulation.VirtualTime;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Full buckets are dropped, however often the rate of their limit changes.
 */
class AdaptedSweepTests {

	private static final int KEYS = 100_000;

	private final LocalMember member = new LocalMember(new VirtualTime(), Fleets.ALICE, 2 * KEYS,
			Fleets.policy(Fleets.limit(100, "10"), Consistency.EVENTUAL));

	@Test
	void bucketsOfARateThatChangesEverySecondAreDroppedAsSoonAsOthers() {
		for (int i = 0; i < KEYS; i++) {
			this.member.limiter().tryConsume(LocalMember.LIMIT, "k" + i, 1);
		}
		for (int second = 0; second < 60 && this.member.store().size() > 0; second++) {
			this.member.store()
				.changes()
				.adapt(List.of(LocalMember.LIMIT), 500_000 + (second % 7) * 1000, this.member.now());
			for (int tick = 0; tick < 5; tick++) {
				this.member.advance(Duration.ofMillis(200));
				this.member.store().acknowledgeAlone(this.member.now());
				this.member.tick();
			}
		}
		assertThat(this.member.store().size()).isZero();
	}

}
