package io.openclaw.tokenbucket.limiter.rule;

import java.util.List;
import java.util.Random;
import java.util.stream.LongStream;
import java.util.stream.Stream;

import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import io.openclaw.tokenbucket.crdt.MemberId;
import io.openclaw.tokenbucket.limiter.membership.MembershipView;

import static io.openclaw.tokenbucket.limiter.Fleets.ALICE;
import static io.openclaw.tokenbucket.limiter.Fleets.BOB;
import static io.openclaw.tokenbucket.limiter.Fleets.CAROL;
import static io.openclaw.tokenbucket.limiter.Fleets.DAVE;
import static io.openclaw.tokenbucket.limiter.Fleets.healthy;
import static io.openclaw.tokenbucket.limiter.Fleets.heard;
import static io.openclaw.tokenbucket.limiter.Fleets.lost;
import static io.openclaw.tokenbucket.limiter.Fleets.millis;
import static io.openclaw.tokenbucket.limiter.Fleets.view;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link FairShare}.
 */
class FairShareTests {

	private static final long CAPACITY = 1000;

	private static final Offset<Double> EXACT = Offset.offset(1e-9);

	private final Demand demand = new Demand();

	static LongStream seeds() {
		return LongStream.range(0, 100);
	}

	@Test
	void aMemberAloneHasTheWhole() {
		this.demand.add(BOB, 500, 0);
		assertThat(FairShare.of(this.demand, MembershipView.alone(ALICE, 0), CAPACITY, 0).of(700)).isEqualTo(700);
		assertThat(share(view(0, ALICE, lost(BOB, 0, 0))).of(700)).isEqualTo(700);
	}

	@Test
	void withoutDemandAllHaveEqualShares() {
		assertThat(share(healthy(0, ALICE, BOB, CAROL, DAVE)).of(800)).isCloseTo(200, EXACT);
	}

	@Test
	void isInProportionToDemandWithAFloorForAll() {
		this.demand.add(ALICE, 100, 0);
		this.demand.add(BOB, 300, 0);
		FairShare share = share(healthy(0, ALICE, BOB));
		assertThat(share.share()).isCloseTo(125.0 / 450, EXACT);
		assertThat(share.shareOfFirst()).isCloseTo(100.0 / 400, EXACT);
		assertThat(share.of(50)).isCloseTo(12.5, EXACT);
		assertThat(share.of(1000)).isCloseTo(12.5 + 950 * 125.0 / 450, EXACT);
	}

	@Test
	void onlyThoseHeardCount() {
		this.demand.add(ALICE, 100, 0);
		this.demand.add(BOB, 100, 0);
		this.demand.add(CAROL, 10_000, 0);
		FairShare share = share(view(0, ALICE, heard(BOB, 0), lost(CAROL, 0, 0)));
		assertThat(share.share()).isCloseTo(0.5, EXACT);
	}

	@Test
	void aMemberAloneOnAKeyHasAllOfTheFirstTwentieth() {
		this.demand.add(ALICE, 25, 0);
		assertThat(share(healthy(0, ALICE, BOB)).of(50)).isEqualTo(50);
		assertThat(share(healthy(0, BOB, ALICE)).of(50)).isZero();
	}

	@Test
	void theFirstTwentiethIsSharedLikeTheRestWhileDemandIsBelowTheFloor() {
		this.demand.add(ALICE, 24, 0);
		assertThat(share(healthy(0, BOB, ALICE)).of(50)).isCloseTo(50 * 25.0 / 74, EXACT);
	}

	@Test
	void theFirstTwentiethIsSharedLikeTheRestWhileAMemberIsNotHeard() {
		this.demand.add(ALICE, 100, 0);
		FairShare share = share(view(0, BOB, heard(ALICE, 0), lost(CAROL, 0, 0)));
		assertThat(share.of(50)).isCloseTo(50 * 25.0 / 150, EXACT);
	}

	@Test
	void ofNothingOrLessThereIsNoPositiveShare() {
		assertThat(share(healthy(0, ALICE, BOB)).of(0)).isZero();
		assertThat(share(healthy(0, ALICE, BOB)).of(-10)).isNegative();
	}

	/**
	 * Members publish spending that arrives at each peer after a delay and is
	 * acknowledged once it has arrived at all: whatever has arrived where, what members
	 * believe to be theirs never adds up to more than there is.
	 */
	@ParameterizedTest
	@MethodSource("seeds")
	void twoMembersNeverBothBelieveInTheLargerShare(long seed) {
		Random random = new Random(seed);
		List<MemberId> members = List.of(ALICE, BOB, CAROL, DAVE);
		List<Demand> demands = Stream.generate(Demand::new).limit(members.size()).toList();
		long end = millis(2000);
		for (int publication = 0; publication < 60; publication++) {
			int spender = random.nextInt(members.size());
			long amount = random.nextLong(400);
			long published = random.nextLong(end);
			long arrivedEverywhere = published;
			for (int peer = 0; peer < members.size(); peer++) {
				long arrived = published + random.nextLong(millis(300));
				if (peer != spender && arrived < end) {
					demands.get(peer).add(members.get(spender), amount, arrived);
				}
				arrivedEverywhere = Math.max(arrivedEverywhere, arrived);
			}
			if (arrivedEverywhere + random.nextLong(millis(300)) < end) {
				demands.get(spender).add(members.get(spender), amount, published);
			}
		}
		double sum = 0;
		for (int i = 0; i < members.size(); i++) {
			MemberId self = members.get(i);
			MemberId[] peers = members.stream().filter((member) -> member != self).toArray(MemberId[]::new);
			sum += FairShare.of(demands.get(i), healthy(end, self, peers), CAPACITY, end).share();
		}
		assertThat(sum).as("seed %d", seed).isPositive().isLessThanOrEqualTo(1 + 1e-9);
	}

	/**
	 * The peers of a member see its demand pass the floor before it counts it itself.
	 * With b the demand of all peers, each below the floor e, it takes at most 2e / ((N +
	 * 1)e + b) of the first part and they b / (e + b), together at most 1, which is
	 * reached at b = (N - 1)e.
	 */
	@ParameterizedTest
	@MethodSource("seeds")
	void theFirstTwentiethIsNotSharedTwiceWhileDemandPassesTheFloor(long seed) {
		Random random = new Random(seed);
		List<MemberId> members = List.of(ALICE, BOB, CAROL, DAVE).subList(0, random.nextInt(2, 5));
		long floor = CAPACITY / 20 / members.size();
		Demand known = new Demand();
		Demand acknowledged = new Demand();
		members.stream().skip(1).forEach((peer) -> {
			long below = random.nextLong(floor);
			known.add(peer, below, 0);
			acknowledged.add(peer, below, 0);
		});
		known.add(ALICE, floor + 1 + random.nextLong(1L << random.nextInt(1, 10)), 0);
		acknowledged.add(ALICE, random.nextLong(floor), 0);
		double sum = 0;
		for (MemberId self : members) {
			MemberId[] peers = members.stream().filter((member) -> member != self).toArray(MemberId[]::new);
			sum += FairShare.of((self == ALICE) ? acknowledged : known, healthy(0, self, peers), CAPACITY, 0)
				.shareOfFirst();
		}
		assertThat(sum).as("seed %d", seed).isPositive().isLessThanOrEqualTo(1 + 1e-9);
	}

	@ParameterizedTest
	@MethodSource("seeds")
	void whereAllKnowTheSameSharesAddUpToTheWhole(long seed) {
		Random random = new Random(seed);
		List<MemberId> members = List.of(ALICE, BOB, CAROL);
		members.forEach((member) -> this.demand.add(member, random.nextLong(1L << random.nextInt(1, 12)), 0));
		long available = random.nextLong(CAPACITY);
		double sum = share(healthy(0, ALICE, BOB, CAROL)).of(available)
				+ share(healthy(0, BOB, ALICE, CAROL)).of(available)
				+ share(healthy(0, CAROL, ALICE, BOB)).of(available);
		assertThat(sum).as("seed %d", seed).isCloseTo(available, Offset.offset(1e-6));
	}

	private FairShare share(MembershipView view) {
		return FairShare.of(this.demand, view, CAPACITY, 0);
	}

}
