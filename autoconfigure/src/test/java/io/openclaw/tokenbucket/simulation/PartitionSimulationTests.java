package io.openclaw.tokenbucket.simulation;

import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.time.Duration;
import java.util.List;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

import io.openclaw.tokenbucket.limiter.limit.Consistency;
import io.openclaw.tokenbucket.simulation.SimulatedFleet.Settings;
import io.openclaw.tokenbucket.simulation.SimulatedNetwork.Links;

import static io.openclaw.tokenbucket.limiter.limit.Consistency.BOUNDED;
import static io.openclaw.tokenbucket.limiter.limit.Consistency.STRICT;

/**
 * The rows of "What must hold" in which members lose each other: five members, capacity
 * 1000, 200 tokens a second, saturated for 45 seconds, links cut for 30 of them.
 */
class PartitionSimulationTests {

	private static final Duration CUT_AT = Duration.ofSeconds(10);

	private static final Duration HEALED_AT = Duration.ofSeconds(40);

	private static final Duration DURING = Duration.ofSeconds(45);

	static final Links TWO_AND_THREE = Links.cutOff((sender, receiver) -> sender < 2 != receiver < 2,
			(member) -> member < 2);

	@EitherWay
	void aPartitionOfTwoAndThreeAdmitsOneBudget(Consistency consistency) {
		admits("partition 2 : 3", consistency, TWO_AND_THREE, 12, 140);
	}

	@EitherWay
	void isolatedMembersTogetherAdmitOneBudget(Consistency consistency) {
		admits("every member isolated", consistency, Links.isolating((member) -> true), 15, 480);
	}

	@EitherWay
	void aLinkCutBetweenTwoMembersCostsNothing(Consistency consistency) {
		admits("link cut between two members", consistency, (sender, receiver) -> sender + receiver == 1, 7, 7);
	}

	@EitherWay
	void oneMemberThatHearsAllIsEnoughToShareOneBudget(Consistency consistency) {
		admits("only one member hears all", consistency, (sender, receiver) -> sender != 0 && receiver != 0, 15, 350);
	}

	@EitherWay
	void aDeafMemberCostsNothing(Consistency consistency) {
		admits("one member deaf", consistency, (sender, receiver) -> receiver == 0, 7, 8);
	}

	@EitherWay
	void aMuteMemberCostsNothing(Consistency consistency) {
		admits("one member mute", consistency, (sender, receiver) -> sender == 0, 8, 20);
	}

	@EitherWay
	void loadThatBeginsRightAfterTheCutAdmitsOneBudget(Consistency consistency) {
		new Bounds(0.998, 1.002, 4).hold(afterTheCut("load 50 ms after the cut", consistency, 400));
	}

	// Before anybody can notice, each side may spend all of the level that it sees, on
	// the level alone if it does not insist on credit.
	@EitherWay
	void aBurstRightAfterTheCutAdmitsAtMostWhatEachSideSees(Consistency consistency) {
		new Bounds(0.998, 1.002, (consistency == STRICT) ? 4 : 1000 + 200 * 0.65)
			.hold(afterTheCut("5000/s on all 50 ms after the cut", consistency, 5000));
	}

	// Nearly all of the credit is its own. Before it notices the cut, it may spend nearly
	// all of the level, and the others cannot know whether it did.
	@EitherWay
	void aBurstAtAMemberWithAllTheDemandRightAfterItIsCutOffAdmitsOneBudget(Consistency consistency) {
		new Bounds(0.97, 1.002, (consistency == STRICT) ? 4 : 1000 + 200 * 0.65)
			.hold(Scenario.of("busy member cut off, bursts", settings(consistency), (fleet, load) -> {
				load.on(fleet.member(0), 180, Duration.ofSeconds(3));
				fleet.cut(Links.isolating((member) -> member == 0), Duration.ofSeconds(3), Duration.ofSeconds(18));
				fleet.time().advance(Duration.ofMillis(3_050));
				load.on(fleet.member(0), 5000, Duration.ofMillis(300));
				fleet.time().advance(Duration.ofMillis(750));
				for (int member = 1; member < 5; member++) {
					load.on(fleet.member(member), 3000, Duration.ofMillis(500));
				}
				fleet.time().advance(Duration.ofSeconds(3));
				Scenario.saturate(fleet, load, Duration.ofSeconds(20));
			}));
	}

	@EitherWay
	void joinersOnBothSidesOfAPartitionAdmitNothingMore(Consistency consistency) {
		new Bounds(0.998, 1.002, 15)
			.hold(new Scenario("five joiners on each side", settings(consistency), 2, (fleet, load) -> {
				fleet.cut((sender, receiver) -> sender % 2 != receiver % 2, Duration.ofMillis(500),
						Duration.ofSeconds(30));
				fleet.time().schedule(Duration.ofSeconds(1), () -> {
					for (int i = 0; i < 10; i++) {
						load.on(fleet.start(), 400, Duration.ofSeconds(38));
					}
				});
				Scenario.saturate(fleet, load, Duration.ofSeconds(40));
			}));
	}

	private static Scenario afterTheCut(String name, Consistency consistency, double perSecond) {
		return Scenario.of(name, settings(consistency), (fleet, load) -> {
			fleet.cut(TWO_AND_THREE, Duration.ZERO, Duration.ofSeconds(15));
			fleet.time().advance(Duration.ofMillis(50));
			fleet.members().forEach((member) -> load.on(member, perSecond, Duration.ofMillis(500)));
			fleet.time().advance(Duration.ofMillis(500));
			Scenario.saturate(fleet, load, Duration.ofSeconds(30));
		});
	}

	private static void admits(String name, Consistency consistency, Links links, double strictlyOver, double over) {
		new Bounds(0.998, 1.002, (consistency == STRICT) ? strictlyOver : over)
			.hold(Scenario.of(name, settings(consistency), (fleet, load) -> {
				fleet.cut(links, CUT_AT, HEALED_AT);
				Scenario.saturate(fleet, load, DURING);
			}));
	}

	private static Settings settings(Consistency consistency) {
		return Settings.of(SimulatedNetwork.NEAR, consistency).withMemberTimeout(Duration.ofSeconds(40));
	}

	@Retention(RetentionPolicy.RUNTIME)
	@ParameterizedTest
	@EnumSource(value = Consistency.class, names = { "STRICT", "BOUNDED" })
	@interface EitherWay {

	}

	/**
	 * Where what must hold says the same of both, of which a build tries one.
	 * {@code -Dopenclaw.simulation.either-way=true} tries both.
	 */
	@Retention(RetentionPolicy.RUNTIME)
	@ParameterizedTest
	@MethodSource("io.openclaw.tokenbucket.simulation.PartitionSimulationTests#alike")
	@interface AlikeEitherWay {

	}

	static List<Consistency> alike() {
		return Boolean.getBoolean("openclaw.simulation.either-way") ? List.of(STRICT, BOUNDED) : List.of(STRICT);
	}

}
