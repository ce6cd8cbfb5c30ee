package io.openclaw.tokenbucket.limiter.store;

import java.util.List;
import java.util.stream.IntStream;

import org.junit.jupiter.api.Test;

import io.openclaw.tokenbucket.limiter.LocalMember;
import io.openclaw.tokenbucket.limiter.limit.Consistency;
import io.openclaw.tokenbucket.limiter.port.BucketStatus;

import static io.openclaw.tokenbucket.limiter.Fleets.limit;
import static io.openclaw.tokenbucket.limiter.Fleets.policy;
import static io.openclaw.tokenbucket.limiter.Fleets.tokens;
import static org.assertj.core.api.Assertions.assertThat;

class BusiestTests {

	private final LocalMember member = new LocalMember(policy(limit(1000, "1"), Consistency.EVENTUAL));

	@Test
	void theBusiestComeFirstAndNotMoreThanWanted() {
		IntStream.range(1, 50).forEach((i) -> spend("key-" + i * 37 % 50, i * 37 % 50));
		assertThat(busiest(3)).extracting(BucketStatus::key).containsExactly("key-49", "key-48", "key-47");
		assertThat(busiest(3).get(0).consumedHere()).isEqualTo(tokens(49));
		assertThat(busiest(100)).hasSize(49);
		assertThat(busiest(0)).isEmpty();
	}

	@Test
	void theLowestLevelIsThatOfAnyBucket() {
		IntStream.range(1, 50).forEach((i) -> spend("key-" + i, i));
		assertThat(this.member.limiter().status(LocalMember.LIMIT).lowestLevel()).isEqualTo(tokens(1000 - 49));
	}

	private List<BucketStatus> busiest(int count) {
		return this.member.limiter().busiest(LocalMember.LIMIT, count);
	}

	private void spend(String key, long tokens) {
		assertThat(this.member.limiter().tryConsume(LocalMember.LIMIT, key, tokens).isAdmitted()).isTrue();
	}

}
