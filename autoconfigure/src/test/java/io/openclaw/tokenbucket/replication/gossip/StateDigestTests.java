package io.openclaw.tokenbucket.replication.gossip;

import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;

import org.junit.jupiter.api.Test;

import io.openclaw.tokenbucket.crdt.Birth;
import io.openclaw.tokenbucket.crdt.GCounter;
import io.openclaw.tokenbucket.crdt.MemberId;
import io.openclaw.tokenbucket.limiter.port.BucketKey;
import io.openclaw.tokenbucket.replication.Spender;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The digest by which members notice that they differ.
 */
class StateDigestTests {

	private static final BucketKey KEY = Spender.key("4711");

	private static final Birth BIRTH = new Birth(new MemberId("a", 1), 1);

	// Computed apart from this code, as docs/wire-format.md explains it.
	private static final long GOLDEN = -1820843199430137348L;

	@Test
	void itIsTheSameOnEveryMachine() {
		assertThat(digest(KEY, consumed(BIRTH, 5))).isEqualTo(GOLDEN);
	}

	@Test
	void itDoesNotDependOnTheOrderInWhichStateArrived() {
		Birth other = new Birth(new MemberId("b", 7), 3);
		GCounter<Birth> one = consumed(BIRTH, 5).merge(consumed(other, 6));
		GCounter<Birth> same = consumed(other, 6).merge(consumed(BIRTH, 2)).merge(consumed(BIRTH, 5));
		assertThat(digest(KEY, one)).isEqualTo(digest(KEY, same));
	}

	@Test
	void everythingThatWasConsumedCounts() {
		GCounter<Birth> state = consumed(BIRTH, 5);
		Set<Long> digests = new HashSet<>(List.of(digest(KEY, state), digest(Spender.key("4712"), state),
				digest(new BucketKey("other", "4711", false), state),
				digest(new BucketKey(KEY.limit(), KEY.key(), true), state), digest(KEY, consumed(BIRTH, 6)),
				digest(KEY, consumed(new Birth(BIRTH.member(), 2), 5)),
				digest(KEY, consumed(new Birth(new MemberId("a", 2), 1), 5)),
				digest(KEY, consumed(new Birth(new MemberId("b", 1), 1), 5))));
		assertThat(digests).hasSize(8);
	}

	@Test
	void sumsOverManyBucketsHardlyEverCollide() {
		long seed = 1;
		Random random = new Random(seed);
		Set<Long> sums = new HashSet<>();
		for (int i = 0; i < 20_000; i++) {
			long sum = digest(Spender.key("key-" + i % 10), consumed(BIRTH, 1 + i / 10))
					+ digest(Spender.key("other"), consumed(BIRTH, 1 + random.nextInt(3)));
			sums.add(sum);
		}
		assertThat(sums).as("seed %d", seed).hasSize(20_000);
	}

	private static GCounter<Birth> consumed(Birth birth, long amount) {
		return GCounter.of(Map.of(birth, amount));
	}

	private static long digest(BucketKey key, GCounter<Birth> consumed) {
		return StateDigest.of(key, consumed::forEach);
	}

}
