package io.openclaw.tokenbucket.limiter;

import java.math.BigDecimal;
import java.time.Duration;
import java.util.Set;
import java.util.stream.Stream;

import io.openclaw.tokenbucket.crdt.Limit;
import io.openclaw.tokenbucket.crdt.MemberId;
import io.openclaw.tokenbucket.crdt.MicroTokens;
import io.openclaw.tokenbucket.crdt.RefillRate;
import io.openclaw.tokenbucket.limiter.limit.Consistency;
import io.openclaw.tokenbucket.limiter.limit.LimitPolicy;
import io.openclaw.tokenbucket.limiter.membership.MembershipView;
import io.openclaw.tokenbucket.limiter.membership.PeerView;

/**
 * Members, views of them, and limits for tests.
 */
public final class Fleets {

	/** The smallest id. */
	public static final MemberId ALICE = new MemberId("alice", 1);

	public static final MemberId BOB = new MemberId("bob", 1);

	public static final MemberId CAROL = new MemberId("carol", 1);

	public static final MemberId DAVE = new MemberId("dave", 1);

	private Fleets() {
	}

	public static long tokens(long tokens) {
		return MicroTokens.ofTokens(tokens);
	}

	public static long millis(long millis) {
		return Duration.ofMillis(millis).toNanos();
	}

	public static Limit limit(String name, long capacity, String tokensPerSecond, long initial) {
		return new Limit(name, tokens(capacity), RefillRate.perSecond(new BigDecimal(tokensPerSecond)), tokens(initial),
				0);
	}

	public static Limit limit(long capacity, String tokensPerSecond) {
		return limit("rating", capacity, tokensPerSecond, capacity);
	}

	public static LimitPolicy policy(Limit limit, Consistency consistency) {
		return new LimitPolicy(limit, consistency, Duration.ofMillis(25));
	}

	/** A member that hears all of its peers for the next day. */
	public static MembershipView healthy(long now, MemberId self, MemberId... peers) {
		return view(now, self, Stream.of(peers).map((peer) -> heard(peer, now)).toArray(PeerView[]::new));
	}

	public static MembershipView view(long now, MemberId self, PeerView... peers) {
		return MembershipView.member(self, peers.length + 1, Set.of(peers), Set.of(), now);
	}

	public static PeerView heard(MemberId id, long now) {
		return heardUntil(id, now, now + Duration.ofDays(1).toNanos());
	}

	public static PeerView heardUntil(MemberId id, long lastReceived, long until) {
		return new PeerView(id, true, until, true, lastReceived, 0, Set.of());
	}

	public static PeerView lost(MemberId id, long lastReceived, long since) {
		return lost(id, lastReceived, since, Set.of());
	}

	/** It is received, and so is whom it exchanges messages with. */
	public static PeerView lost(MemberId id, long lastReceived, long since, Set<MemberId> company) {
		return new PeerView(id, false, since + Duration.ofDays(1).toNanos(), true, lastReceived, since, company);
	}

	public static PeerView neverHeard(MemberId id, long since) {
		return new PeerView(id, false, since, false, 0, since, Set.of());
	}

}
