package io.openclaw.tokenbucket.simulation;

import java.time.Duration;
import java.util.List;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import io.openclaw.tokenbucket.crdt.Limit;
import io.openclaw.tokenbucket.limiter.limit.Consistency;
import io.openclaw.tokenbucket.limiter.limit.LimitDefinition;
import io.openclaw.tokenbucket.simulation.PartitionSimulationTests.AlikeEitherWay;
import io.openclaw.tokenbucket.simulation.Scenario.Result;
import io.openclaw.tokenbucket.simulation.SimulatedFleet.Member;
import io.openclaw.tokenbucket.simulation.SimulatedFleet.Settings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

/**
 * Limits that change while five members are saturated, judged against one bucket that
 * changes at the same moment.
 */
class LimitChangeSimulationTests {

	private static final Settings SETTINGS = Settings.of(SimulatedNetwork.NEAR, Consistency.STRICT)
		.withMemberTimeout(Duration.ofSeconds(40));

	@AlikeEitherWay
	void changesOnOneMemberUnderLoadAdmitOneBudget(Consistency consistency) {
		Result result = Scenario
			.of("changes under load", Settings.of(SimulatedNetwork.NEAR, consistency), (fleet, load) -> {
				change(fleet, load, 1, Duration.ofSeconds(10), 2000, 200);
				change(fleet, load, 3, Duration.ofSeconds(20), 500, 50);
				change(fleet, load, 0, Duration.ofSeconds(30), 500, 400.5);
				change(fleet, load, 2, Duration.ofSeconds(40), 1000, 200);
				Scenario.saturate(fleet, load, Scenario.MINUTE);
			})
			.run(1);
		assertAgreed(result);
		assertThat(result.verdict().toIdeal()).as("admitted/ideal, %s", result).isCloseTo(1, within(0.003));
		assertThat(result.verdict().over()).as("over, %s", result).isLessThanOrEqualTo(10);
	}

	@Test
	void changesOverFarLinksAdmitOneBudget() {
		Result result = Scenario
			.of("changes, far", Settings.of(SimulatedNetwork.FAR, Consistency.STRICT), (fleet, load) -> {
				change(fleet, load, 1, Duration.ofSeconds(10), 2000, 400);
				change(fleet, load, 3, Duration.ofSeconds(30), 500, 100);
				Scenario.saturate(fleet, load, Scenario.MINUTE);
			})
			.run(1);
		assertAgreed(result);
		assertThat(result.verdict().toIdeal()).as("admitted/ideal, %s", result).isCloseTo(1, within(0.01));
	}

	@Test
	void aCapacityThatShrinksTakesWhatIsAboveItOnce() {
		Result result = Scenario.of("full buckets shrink", SETTINGS, (fleet, load) -> {
			load.request(fleet.member(0));
			fleet.time().advance(Duration.ofMillis(500));
			change(fleet, load, 3, Duration.ZERO, 300, 1);
			fleet.time().advance(Duration.ofSeconds(2));
			assertThat(fleet.members()).allSatisfy((member) -> assertThat(member.level()).isCloseTo(300, within(1e-3)));
			change(fleet, load, 4, Duration.ZERO, 1000, 1);
			fleet.time().advance(Duration.ofSeconds(2));
			assertThat(fleet.members()).allSatisfy((member) -> assertThat(member.level()).isCloseTo(302, within(0.1)));
			Scenario.saturate(fleet, load, Duration.ofSeconds(20));
		}).run(1);
		assertAgreed(result);
		assertThat(result.verdict().admitted()).as("admitted, %s", result)
			.isCloseTo(result.verdict().admittedByIdeal(), within(3L));
	}

	@Test
	void aBucketThatNobodyUsedIsFullUnderEachLimitThatBeginsFull() {
		Result result = Scenario.of("unused buckets", SETTINGS, (fleet, load) -> {
			fleet.time().advance(Duration.ofSeconds(30));
			change(fleet, load, 2, Duration.ZERO, 300, 10);
			fleet.time().advance(Duration.ofSeconds(5));
			change(fleet, load, 1, Duration.ZERO, 2000, 20);
			load.fillIdeal();
			fleet.time().advance(Duration.ofSeconds(10));
			Member late = fleet.start();
			fleet.time().advance(Duration.ofSeconds(5));
			assertThat(late.limiter().state()).hasToString("HEALTHY");
			assertThat(fleet.members()).allSatisfy((member) -> assertThat(member.level()).isCloseTo(2000, within(1.0)));
			Scenario.saturate(fleet, load, Duration.ofSeconds(10));
		}).run(1);
		assertAgreed(result);
		assertThat(result.verdict().admitted()).as("admitted, %s", result)
			.isCloseTo(result.verdict().admittedByIdeal(), within(8L));
	}

	@Test
	void aChangeOnOneSideOfAPartitionAdmitsNoMoreThanItsPartOfTheNewRate() {
		Result result = Scenario.of("change on one side", SETTINGS, (fleet, load) -> {
			partition(fleet);
			fleet.time().schedule(Duration.ofSeconds(20), () -> {
				fleet.member(0).change(2000, 400);
				// Two of five members refill at the new rate.
				load.changeIdeal(1400, 0.4 * 400 + 0.6 * 200);
			});
			fleet.time().schedule(Duration.ofSeconds(45), () -> load.changeIdeal(2000, 400));
			Scenario.saturate(fleet, load, Scenario.MINUTE);
		}).run(1);
		assertAgreed(result);
		assertThat(result.verdict().toIdeal()).as("admitted/ideal, %s", result).isCloseTo(1, within(0.01));
		assertThat(result.verdict().over()).as("over, %s", result).isLessThanOrEqualTo(40);
	}

	@Test
	void sidesThatChangedDifferentlyAgreeWhenTheyMeet() {
		Result result = Scenario.of("both sides change", SETTINGS, (fleet, load) -> {
			partition(fleet);
			fleet.time().schedule(Duration.ofSeconds(20), () -> {
				fleet.member(0).change(2000, 400);
				fleet.member(3).change(500, 100);
				load.changeIdeal(1100, 0.4 * 400 + 0.6 * 100);
			});
			// Both claim the same version: the one that admits less holds.
			fleet.time().schedule(Duration.ofSeconds(45), () -> load.changeIdeal(500, 100));
			Scenario.saturate(fleet, load, Scenario.MINUTE);
		}).run(1);
		assertAgreed(result);
		assertThat(result.fleet().member(0).definition().limit().capacity()).isEqualTo(500_000_000);
		assertThat(result.verdict().toIdeal()).as("admitted/ideal, %s", result).isCloseTo(1, within(0.01));
		assertThat(result.verdict().over()).as("over, %s", result).isLessThanOrEqualTo(40);
	}

	@Test
	void aCapacityThatShrinksInAPartitionLeavesEachSideItsPart() {
		Result result = Scenario.of("shrinks in a partition", SETTINGS, (fleet, load) -> {
			load.request(fleet.member(0));
			load.request(fleet.member(4));
			fleet.time().advance(Duration.ofSeconds(2));
			partition(fleet);
			fleet.time().advance(Duration.ofSeconds(16));
			fleet.member(0).change(500, 1);
			fleet.member(4).change(500, 1);
			load.changeIdeal(500, 1);
			fleet.time().advance(Duration.ofSeconds(1));
			Scenario.saturate(fleet, load, Duration.ofSeconds(5));
			fleet.time().advance(Duration.ofSeconds(40));
			assertThat(load.verdict().admitted()).isBetween(480L, 510L);
		}).run(1);
		assertAgreed(result);
	}

	@ParameterizedTest
	@ValueSource(longs = { 2, 3 })
	void aRollingDeploymentAndItsRollbackAdmitOneBudget(long seed) {
		Result result = Scenario.of("revision 1, 2 and back", SETTINGS, (fleet, load) -> {
			Settings second = SETTINGS.withCapacity(2000).withRate(300);
			fleet.time().schedule(Duration.ofSeconds(10), () -> {
				load.changeIdeal(2000, 300);
				load.on(fleet.start(revision(second, 1)), 400, Duration.ofSeconds(50));
			});
			// What is rolled back to follows the fleet until its revision is raised.
			fleet.time().schedule(Duration.ofSeconds(25), () -> load.on(fleet.start(), 400, Duration.ofSeconds(35)));
			fleet.time().schedule(Duration.ofSeconds(40), () -> {
				load.changeIdeal(1000, 200);
				load.on(fleet.start(revision(SETTINGS, 2)), 400, Duration.ofSeconds(20));
			});
			Scenario.saturate(fleet, load, Scenario.MINUTE);
		}).run(seed);
		assertAgreed(result);
		assertThat(result.fleet().member(0).definition().limit().revision()).isEqualTo(2);
		assertThat(result.verdict().toIdeal()).as("admitted/ideal, %s", result).isCloseTo(1, within(0.01));
	}

	@Test
	void aMemberThatStartsWithAnotherLimitOfTheSameRevisionFollowsTheFleet() {
		Result result = Scenario.of("forgotten revision", SETTINGS, (fleet, load) -> {
			fleet.time()
				.schedule(Duration.ofSeconds(10), () -> load
					.on(fleet.start(SETTINGS.withCapacity(100).withRate(10).limit()), 400, Duration.ofSeconds(20)));
			Scenario.saturate(fleet, load, Duration.ofSeconds(30));
		}).run(1);
		assertAgreed(result);
		assertThat(result.fleet().member(5).definition().limit().capacity()).isEqualTo(1_000_000_000);
		assertThat(result.verdict().toIdeal()).as("admitted/ideal, %s", result).isCloseTo(1, within(0.003));
	}

	private static void change(SimulatedFleet fleet, Load load, int member, Duration in, long capacity, double rate) {
		Runnable change = () -> {
			fleet.member(member).change(capacity, rate);
			load.changeIdeal(capacity, rate);
		};
		if (in.isZero()) {
			change.run();
			return;
		}
		fleet.time().schedule(in, change);
	}

	private static void partition(SimulatedFleet fleet) {
		fleet.cut(new SimulatedNetwork.Links() {

			@Override
			public boolean isCut(int sender, int receiver) {
				return sender < 2 != receiver < 2;
			}

			@Override
			public boolean isCutOff(int member) {
				return member < 2;
			}

		}, Duration.ofSeconds(15), Duration.ofSeconds(45));
	}

	private static Limit revision(Settings settings, long revision) {
		Limit limit = settings.limit();
		return new Limit(limit.name(), limit.capacity(), limit.refillRate(), limit.initial(), revision);
	}

	private static void assertAgreed(Result result) {
		List<Member> members = result.fleet().members();
		LimitDefinition first = members.get(0).definition();
		assertThat(members).allSatisfy((member) -> assertThat(member.definition()).isEqualTo(first));
		double level = members.get(0).level();
		double onItsWay = first.limit().refillRate().tokensPerSecond()
				* result.scenario().settings().latency().toNanos() * 1.3 / 1e9;
		assertThat(members).allSatisfy((member) -> assertThat(member.level()).isCloseTo(level, within(1 + onItsWay)));
	}

}
