package io.openclaw.tokenbucket.crdt;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;

/**
 * Seeded states of a bucket: few members with several births each, so that entries meet,
 * and amounts from one micro-token to the largest capacity.
 */
final class RandomStates {

	private static final int MEMBERS = 4;

	private static final int BIRTHS = 3;

	private final Random random;

	RandomStates(long seed) {
		this.random = new Random(seed);
	}

	Random random() {
		return this.random;
	}

	TokenBucketState state() {
		return new TokenBucketState(byBirth(), byBirth(), byMember());
	}

	GCounter<Birth> byBirth() {
		Map<Birth, Long> entries = new TreeMap<>();
		for (int count = this.random.nextInt(MEMBERS * BIRTHS); count > 0; count--) {
			entries.put(birth(), amount());
		}
		return GCounter.of(entries);
	}

	GCounter<MemberId> byMember() {
		Map<MemberId, Long> entries = new TreeMap<>();
		for (int count = this.random.nextInt(MEMBERS + 1); count > 0; count--) {
			entries.put(member(), amount());
		}
		return GCounter.of(entries);
	}

	/**
	 * What the members of a fleet publish while each spends, gives back and grants, never
	 * hearing of the others: a state after every step.
	 */
	List<TokenBucketState> histories(int steps) {
		List<TokenBucketState> current = new ArrayList<>();
		for (int i = 0; i < MEMBERS; i++) {
			current.add(TokenBucketState.empty());
		}
		List<TokenBucketState> published = new ArrayList<>();
		for (int step = 0; step < steps; step++) {
			int member = this.random.nextInt(MEMBERS);
			current.set(member, advance(current.get(member), member(member)));
			published.add(current.get(member));
		}
		return published;
	}

	MemberId member() {
		return member(this.random.nextInt(MEMBERS));
	}

	long amount() {
		return 1 + this.random.nextLong(1L << this.random.nextInt(1, 50));
	}

	private TokenBucketState advance(TokenBucketState state, MemberId member) {
		Birth birth = new Birth(member, this.random.nextInt(BIRTHS));
		return switch (this.random.nextInt(3)) {
			case 0 -> state.consume(birth, amount());
			case 1 -> state.giveBack(birth, amount());
			default -> state.grant(List.of(member, member()), amount());
		};
	}

	private Birth birth() {
		return new Birth(member(), this.random.nextInt(BIRTHS));
	}

	private static MemberId member(int number) {
		return new MemberId("node-" + number / 2, number % 2);
	}

}
