package io.openclaw.tokenbucket.limiter;

import java.util.Map;

import org.junit.jupiter.api.Test;

import io.openclaw.tokenbucket.crdt.Birth;
import io.openclaw.tokenbucket.crdt.GCounter;
import io.openclaw.tokenbucket.crdt.TokenBucketState;
import io.openclaw.tokenbucket.limiter.limit.Consistency;

import static io.openclaw.tokenbucket.limiter.Fleets.tokens;
import static org.assertj.core.api.Assertions.assertThat;

class LowestKnownLevelTests {

	private final LocalMember member = new LocalMember(Fleets.policy(Fleets.limit(100, "0.001"), Consistency.STRICT));

	@Test
	void whatOthersSpentCounts() {
		this.member.hear(Fleets.BOB);
		this.member.consume(30);
		this.member.merge(new TokenBucketState(GCounter.of(Map.of(new Birth(Fleets.BOB, 1), tokens(70))),
				GCounter.empty(), GCounter.empty()));
		assertThat(this.member.limiter().drainLowestLevel(LocalMember.LIMIT)).isZero();
	}

	@Test
	void aKeyThatOnlyOthersUseCounts() {
		this.member.hear(Fleets.BOB);
		this.member.merge(new TokenBucketState(GCounter.of(Map.of(new Birth(Fleets.BOB, 1), tokens(60))),
				GCounter.empty(), GCounter.empty()));
		assertThat(this.member.limiter().drainLowestLevel(LocalMember.LIMIT)).isEqualTo(tokens(40));
		assertThat(this.member.limiter().drainLowestLevel(LocalMember.LIMIT)).isEqualTo(tokens(100));
	}

}
