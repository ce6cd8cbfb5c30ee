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
import io.openclaw.tokenbucket.limiter.NanoClock;
import io.openclaw.tokenbucket.limiter.TokenBucketLimiter;
import io.openclaw.tokenbucket.limiter.limit.Consistency;
import io.openclaw.tokenbucket.limiter.limit.LimitPolicy;
import io.openclaw.tokenbucket.limiter.limit.LimiterSettings;
import io.openclaw.tokenbucket.limiter.membership.MembershipView;
import io.openclaw.tokenbucket.limiter.membership.PeerView;

/**
 * A fleet as one of its members sees it, without the others: all are heard for a day.
 */
final class Members {

	// What others say of births that are in use here or to come is not believed.
	private static final long EARLIER_BIRTH = 0;

	private final List<MemberId> ids;

	Members(int count) {
		this.ids = IntStream.range(0, count).mapToObj((i) -> new MemberId("gateway-" + i, 1)).toList();
	}

	List<MemberId> ids() {
		return this.ids;
	}

	/**
	 * The buckets of the first member.
	 */
	BucketStore store(int maxKeys, NanoClock clock, LimitPolicy... policies) {
		long now = clock.nanoTime();
		MemberId self = this.ids.get(0);
		BucketStore store = new BucketStore(self, List.of(policies),
				new LimiterSettings(this.ids.size(), Duration.ofMillis(200), maxKeys), clock);
		long until = now + Duration.ofDays(1).toNanos();
		store.membershipChanged(MembershipView.member(self, this.ids.size(),
				this.ids.stream().skip(1).map((id) -> new PeerView(id, true, until, true, now, 0, Set.of())).toList(),
				Set.of(), now), now);
		return store;
	}

	/**
	 * The state of a bucket from which every member has spent a token, and for which
	 * every member has accrued some.
	 * @param birth the number of the others' births
	 */
	TokenBucketState spentByAll(long birth) {
		TokenBucketState state = TokenBucketState.empty();
		for (MemberId id : this.ids) {
			state = state.consume(new Birth(id, id.equals(this.ids.get(0)) ? EARLIER_BIRTH : birth),
					MicroTokens.ofTokens(1));
		}
		return state.grant(this.ids, 1_000);
	}

	static TokenBucketLimiter limiter(BucketStore store) {
		return new TokenBucketLimiter(store, NanoClock.SYSTEM, (delay, task) -> {
		}, null);
	}

	static LimitPolicy policy(String name, long capacity, RefillRate rate, long initial) {
		Limit limit = new Limit(name, MicroTokens.ofTokens(capacity), rate, MicroTokens.ofTokens(initial), 0);
		return new LimitPolicy(limit, Consistency.BOUNDED, Duration.ofMillis(25));
	}

}
