package io.openclaw.tokenbucket.benchmark;

import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;

import io.openclaw.tokenbucket.crdt.Birth;
import io.openclaw.tokenbucket.crdt.Limit;
import io.openclaw.tokenbucket.crdt.MemberId;
import io.openclaw.tokenbucket.crdt.MicroTokens;
import io.openclaw.tokenbucket.crdt.RefillRate;
import io.openclaw.tokenbucket.crdt.TokenBucketState;
import io.openclaw.tokenbucket.limiter.BucketStore;
import io.openclaw.tokenbucket.limiter.limit.Consistency;
import io.openclaw.tokenbucket.limiter.limit.LimitPolicy;
import io.openclaw.tokenbucket.limiter.limit.LimiterSettings;
import io.openclaw.tokenbucket.limiter.membership.MembershipView;
import io.openclaw.tokenbucket.limiter.port.BucketKey;
import io.openclaw.tokenbucket.limiter.port.BucketUpdate;
import io.openclaw.tokenbucket.simulation.VirtualTime;

/**
 * Prints how much heap a bucket takes that has entries of each member.
 */
public final class BucketHeap {

	private static final int BUCKETS = 100_000;

	private BucketHeap() {
	}

	public static void main(String[] args) {
		for (int members : new int[] { 1, 5, 50 }) {
			long before = usedAfterCollection();
			BucketStore store = filled(members);
			long used = usedAfterCollection() - before;
			System.out.println(members + " members: " + used / store.size() + " bytes a bucket, estimated "
					+ store.estimatedBytes() / store.size());
		}
	}

	private static BucketStore filled(int members) {
		VirtualTime time = new VirtualTime();
		long now = time.nanoTime();
		List<MemberId> ids = IntStream.range(0, members).mapToObj((i) -> new MemberId("gateway-" + i, 1)).toList();
		Limit limit = new Limit("rating", MicroTokens.ofTokens(1000), RefillRate.of(1, Duration.ofSeconds(1)),
				MicroTokens.ofTokens(1000), 0);
		BucketStore store = new BucketStore(ids.get(0),
				List.of(new LimitPolicy(limit, Consistency.BOUNDED, Duration.ofMillis(25))),
				new LimiterSettings(members, Duration.ofMillis(200), BUCKETS), time);
		store.membershipChanged(MembershipView.member(ids.get(0), members, ids.stream()
			.skip(1)
			.map((id) -> new MembershipView.Peer(id, true, now + Duration.ofDays(1).toNanos(), true, now, 0, Set.of()))
			.toList(), Set.of(), now), now);
		for (int key = 0; key < BUCKETS; key++) {
			TokenBucketState state = TokenBucketState.empty();
			for (MemberId id : ids) {
				state = state.consume(new Birth(id, key + 1), MicroTokens.ofTokens(1));
			}
			store.merge(new BucketUpdate(BucketKey.of("rating", "key-" + key), state.grant(ids, 1_000)), now);
		}
		time.advance(Duration.ofSeconds(2));
		for (int tick = 0; tick < 40; tick++) {
			time.advance(Duration.ofMillis(200));
			store.tick(time.nanoTime());
		}
		while (store.publishNext(1, time.nanoTime()).isPresent()) {
			continue;
		}
		return store;
	}

	private static long usedAfterCollection() {
		Runtime runtime = Runtime.getRuntime();
		for (int i = 0; i < 4; i++) {
			System.gc();
		}
		return runtime.totalMemory() - runtime.freeMemory();
	}

}
