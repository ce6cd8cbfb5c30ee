package io.openclaw.tokenbucket.limiter;

import java.time.Duration;

import org.junit.jupiter.api.Test;

import io.openclaw.tokenbucket.limiter.limit.Consistency;
import io.openclaw.tokenbucket.limiter.membership.PeerView;

import static io.openclaw.tokenbucket.limiter.Fleets.ALICE;
import static io.openclaw.tokenbucket.limiter.Fleets.BOB;
import static io.openclaw.tokenbucket.limiter.Fleets.CAROL;
import static io.openclaw.tokenbucket.limiter.Fleets.heardUntil;
import static io.openclaw.tokenbucket.limiter.Fleets.limit;
import static io.openclaw.tokenbucket.limiter.Fleets.lost;
import static io.openclaw.tokenbucket.limiter.Fleets.policy;
import static io.openclaw.tokenbucket.limiter.Fleets.tokens;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * Members that are lost one after the other, as limits see it that nobody asks meanwhile.
 */
class LostMembersTests {

	private static final String BUSY = "busy";

	private final LocalMember member = new LocalMember(policy(limit(100, "9"), Consistency.EVENTUAL),
			policy(limit(BUSY, 100, "9", 100), Consistency.EVENTUAL));

	private final long start = this.member.now();

	@Test
	void eachLossCountsFromWhenItHappenedInEveryLimit() {
		see(heardUntil(BOB, this.start, seconds(1)), heardUntil(CAROL, this.start, seconds(100)));
		this.member.consume(100);
		this.member.advance(Duration.ofSeconds(2));
		this.member.limiter().tryConsume(BUSY, LocalMember.KEY, 1);
		this.member.advance(Duration.ofSeconds(3));
		see(lost(BOB, this.start, seconds(1)), lost(CAROL, this.start, seconds(5)));
		this.member.advance(Duration.ofSeconds(1));
		assertThat(this.member.status().level()).isEqualTo(tokens(9 + 4 * 6 + 3));
	}

	private void see(PeerView... peers) {
		this.member.store().membershipChanged(Fleets.view(this.member.now(), ALICE, peers), this.member.now());
	}

	private long seconds(int seconds) {
		return this.start + Duration.ofSeconds(seconds).toNanos();
	}

}
