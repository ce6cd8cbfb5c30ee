package io.openclaw.tokenbucket.persistence;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

import org.junit.jupiter.api.Test;

import io.openclaw.tokenbucket.crdt.MemberId;
import io.openclaw.tokenbucket.limiter.port.BucketKey;

import static org.assertj.core.api.Assertions.assertThat;

class DeputiesTests {

	private static final List<MemberId> FLEET = IntStream.range(0, 5)
		.mapToObj((i) -> new MemberId("gateway-" + i, 17 + i))
		.toList();

	private static final List<BucketKey> KEYS = IntStream.range(0, 10_000)
		.mapToObj((i) -> BucketKey.of("rating", "key-" + i))
		.toList();

	@Test
	void everyBucketHasOneDeputyAndAllHaveAboutAsMany() {
		int[] buckets = new int[FLEET.size()];
		for (BucketKey key : KEYS) {
			assertThat(deputies(key, FLEET)).hasSize(1);
			buckets[FLEET.indexOf(deputies(key, FLEET).get(0))]++;
		}
		assertThat(IntStream.of(buckets)).allMatch((count) -> count > 1_800 && count < 2_200);
	}

	@Test
	void bucketsOfOneThatIsLostFallToAllOthersAndTheRestStay() {
		MemberId lost = FLEET.get(2);
		List<MemberId> survivors = new ArrayList<>(FLEET);
		survivors.remove(lost);
		int[] inherited = new int[FLEET.size()];
		for (BucketKey key : KEYS) {
			MemberId before = deputies(key, FLEET).get(0);
			MemberId after = deputies(key, survivors).get(0);
			if (before.equals(lost)) {
				inherited[FLEET.indexOf(after)]++;
			}
			else {
				assertThat(after).isEqualTo(before);
			}
		}
		survivors.forEach((member) -> assertThat(inherited[FLEET.indexOf(member)]).isBetween(400, 600));
	}

	@Test
	void noBucketIsWithoutDeputyWhereMembersDoNotAgreeOnWhoIsThere() {
		for (BucketKey key : KEYS) {
			// Each hears itself and its two neighbours.
			assertThat(IntStream.range(0, FLEET.size()).filter((i) -> {
				int last = FLEET.size() - 1;
				List<MemberId> heard = List.of(FLEET.get((i == 0) ? last : i - 1), FLEET.get(i),
						FLEET.get((i == last) ? 0 : i + 1));
				return new Deputies(FLEET.get(i), heard).isOwn(key);
			})).isNotEmpty();
		}
	}

	private static List<MemberId> deputies(BucketKey key, List<MemberId> heard) {
		return heard.stream().filter((member) -> new Deputies(member, heard).isOwn(key)).toList();
	}

}
