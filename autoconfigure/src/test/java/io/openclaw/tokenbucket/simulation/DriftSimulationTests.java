package io.openclaw.tokenbucket.simulation;

import java.time.Duration;
import java.util.Locale;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.function.BiConsumer;
import java.util.function.LongUnaryOperator;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

import io.openclaw.tokenbucket.crdt.Birth;
import io.openclaw.tokenbucket.crdt.MicroTokens;
import io.openclaw.tokenbucket.crdt.TokenBucketState;
import io.openclaw.tokenbucket.limiter.limit.Consistency;
import io.openclaw.tokenbucket.limiter.port.BucketKey;
import io.openclaw.tokenbucket.limiter.port.BucketUpdate;
import io.openclaw.tokenbucket.simulation.SimulatedFleet.Member;
import io.openclaw.tokenbucket.simulation.SimulatedFleet.Settings;

import static io.openclaw.tokenbucket.simulation.SimulatedNetwork.FAR;
import static io.openclaw.tokenbucket.simulation.SimulatedNetwork.NEAR;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.params.provider.Arguments.arguments;

/**
 * Drift tells a member that does not keep to the rules from honest ones whose news takes
 * time, and fallback keeps the others' budget: capacity 1000, 200 tokens a second,
 * threshold 0.05, hold time 5 s.
 */
class DriftSimulationTests {

	private static final BucketKey BUCKET = new BucketKey(SimulatedFleet.LIMIT, SimulatedFleet.KEY, false);

	private static final int HONEST = 4;

	private static final double PER_SECOND = 200;

	private static final Duration OBSERVED = Duration.ofSeconds(25);

	// Where nothing adds up with time.
	private static final Duration SHORT = Duration.ofSeconds(12);

	private static final Duration SECOND = Duration.ofSeconds(1);

	static Stream<Arguments> honestRows() {
		// Eventual members publish at their leisure, and so see each other late.
		return Stream.of(arguments(Consistency.STRICT, NEAR, 0.002), arguments(Consistency.BOUNDED, NEAR, 0.002),
				arguments(Consistency.BOUNDED, FAR, 0.1), arguments(Consistency.EVENTUAL, FAR, 0.1));
	}

	static Stream<Arguments> fleets() {
		return Stream.of(arguments(Consistency.STRICT, NEAR), arguments(Consistency.BOUNDED, NEAR),
				arguments(Consistency.BOUNDED, FAR));
	}

	@ParameterizedTest
	@MethodSource("honestRows")
	void honestMembersDriftLittle(Consistency consistency, Duration latency, double most) {
		Settings settings = Settings.of(latency, consistency);
		assertNoFallback("5 x 400/s", settings, most,
				(fleet, load) -> fleet.members().forEach((member) -> load.on(member, 400, SHORT)));
		assertNoFallback("2000/s on one, 20/s on the rest", settings, most, (fleet, load) -> fleet.members()
			.forEach((member) -> load.on(member, (member == fleet.member(0)) ? 2000 : 20, SHORT)));
		assertNoFallback("5 x 35/s", settings, most,
				(fleet, load) -> fleet.members().forEach((member) -> load.on(member, 35, SHORT)));
		assertNoFallback("20 % of messages lost", settings.withLoss(0.2), 0.1,
				(fleet, load) -> fleet.members().forEach((member) -> load.on(member, 400, SHORT)));
	}

	// What is seen in one window may be many capacities, but only in one.
	@ParameterizedTest
	@MethodSource("fleets")
	void honestMembersDoNotFallBackForAnythingThatPasses(Consistency consistency, Duration latency) {
		Settings settings = Settings.of(latency, consistency).withMemberTimeout(Duration.ofSeconds(40));
		assertNoFallback("5000/s on all for 0.5 s", settings, 10, (fleet, load) -> fleet.members().forEach((member) -> {
			load.on(member, 5000, Duration.ofMillis(500));
			load.on(member, 400, OBSERVED);
		}));
		assertNoFallback("partition 2 : 3", settings, 10, (fleet, load) -> {
			fleet.cut((sender, receiver) -> sender < 2 != receiver < 2, Duration.ofSeconds(5), Duration.ofSeconds(20));
			fleet.members().forEach((member) -> load.on(member, 400, OBSERVED));
		});
		assertNoFallback("C = 10, 5 x 400/s", settings.withCapacity(10), 0.2,
				(fleet, load) -> fleet.members().forEach((member) -> load.on(member, 400, OBSERVED)));
	}

	@ParameterizedTest
	@MethodSource("fleets")
	void aMemberThatSpendsTwiceTheLimitIsNoticedAndCostsTheOthersNothing(Consistency consistency, Duration latency) {
		Run run = new Run(Settings.of(latency, consistency), 1);
		run.load(run.lawless(), 400, Scenario.MINUTE);
		run.loadHonest(400, Scenario.MINUTE);
		run.advance(Duration.ofSeconds(3));
		long starving = run.admittedByHonest();
		run.advance(Duration.ofSeconds(2));
		double starved = (run.admittedByHonest() - starving) / (2 * PER_SECOND);
		Duration noticed = run.advanceUntilAll(true, Duration.ofSeconds(30));
		assertThat(noticed.plusSeconds(5)).as("fallback begins")
			.isBetween(Duration.ofSeconds(5), Duration.ofSeconds(8));
		run.advance(Duration.ofSeconds(1));
		long before = run.admittedByHonest();
		long lawlessBefore = run.admittedByOdd();
		run.advance(Duration.ofSeconds(20));
		double honest = (run.admittedByHonest() - before) / (20 * PER_SECOND);
		double cheated = (run.admittedByOdd() - lawlessBefore) / (20 * PER_SECOND);
		run.print("of the refill: honest members before %.3f, in fallback %.3f, the other %.3f", starved, honest,
				cheated);
		assertThat(starved).as("what the other leaves").isLessThan(0.05);
		assertThat(cheated).isGreaterThan(1.9);
		assertThat(honest).as("four honest members of five").isCloseTo(0.8, within(0.02));
	}

	@ParameterizedTest
	@EnumSource(value = Consistency.class, names = { "STRICT", "BOUNDED" })
	void fallbackEndsOnceAllKeepToTheRulesAgainAndNobodyPaysForTheOther(Consistency consistency) {
		assertNobodyPaysForTheOther(new Run(Settings.of(NEAR, consistency), 2));
	}

	// Which is the one that does for all what one has to do.
	@Test
	void nobodyPaysForTheOtherWhereItHasTheSmallestId() {
		assertNobodyPaysForTheOther(new Run(Settings.of(NEAR, Consistency.BOUNDED), 2, (time) -> time, 0));
	}

	private static void assertNobodyPaysForTheOther(Run run) {
		run.load(run.lawless(), 400, Duration.ofSeconds(20));
		run.loadHonest(400, Scenario.MINUTE);
		run.advance(Duration.ofSeconds(20));
		run.assertAll(true);
		Duration ended = run.advanceUntilAll(false, Duration.ofSeconds(30));
		assertThat(ended).as("fallback ends").isBetween(Duration.ofSeconds(5), Duration.ofSeconds(8));
		run.advance(SECOND);
		double honest = run.honestPartOfTheRefill(Duration.ofSeconds(20));
		run.print("after fallback, of the refill: honest members %.3f", honest);
		assertThat(honest).isCloseTo(1, within(0.02));
		run.assertAll(false);
		assertThat(run.honest()).allSatisfy((member) -> assertThat(member.fallbacks()).hasSize(2));
	}

	@ParameterizedTest
	@EnumSource(value = Consistency.class, names = { "STRICT", "BOUNDED" })
	void aMemberThatDiesInFallbackLeavesTheOthersTheirPartAndThenTheWhole(Consistency consistency) {
		Run run = new Run(Settings.of(NEAR, consistency).withMemberTimeout(Duration.ofSeconds(15)), 5);
		run.load(run.lawless(), 400, Duration.ofSeconds(15));
		run.loadHonest(400, Scenario.MINUTE);
		run.advance(Duration.ofSeconds(15));
		run.assertAll(true);
		run.odd.kill();
		double part = run.honestPartOfTheRefill(Duration.ofSeconds(12));
		run.advance(Duration.ofSeconds(8));
		double whole = run.honestPartOfTheRefill(Duration.ofSeconds(15));
		run.print("of the refill: honest members before it is removed %.3f, after %.3f", part, whole);
		assertThat(part).isCloseTo(0.8, within(0.02));
		assertThat(whole).isCloseTo(1, within(0.02));
	}

	@Test
	void aMemberWhoseClockRunsTwiceAsFastIsNoticedAndTheOthersKeepToTheirPart() {
		Run run = new Run(Settings.of(NEAR, Consistency.BOUNDED), 3, (time) -> 2 * time);
		run.load(run.odd, 400, Scenario.MINUTE);
		run.loadHonest(400, Scenario.MINUTE);
		Duration noticed = run.advanceUntilAll(true, Duration.ofSeconds(30));
		assertThat(noticed).isBetween(Duration.ofSeconds(5), Duration.ofSeconds(8));
		run.advance(SECOND);
		double honest = run.honestPartOfTheRefill(Duration.ofSeconds(20));
		run.print("in fallback, of the refill: honest members %.3f", honest);
		assertThat(honest).isCloseTo(0.8, within(0.02));
	}

	// It takes all there is, and the others' requests as well: but no more than the
	// limit.
	@Test
	void aMemberThatSpendsLessThanTheRefillIsNoReasonToFallBack() {
		Run run = new Run(Settings.of(NEAR, Consistency.BOUNDED), 4);
		run.load(run.lawless(), 150, Scenario.MINUTE);
		run.loadHonest(400, Scenario.MINUTE);
		run.advance(Scenario.MINUTE);
		run.assertAll(false);
		assertThat(run.admittedByHonest() + run.admittedByOdd()).isLessThan((long) (1050 + 60 * PER_SECOND));
	}

	private static void assertNoFallback(String name, Settings settings, double most,
			BiConsumer<SimulatedFleet, Load> play) {
		long seed = 1;
		Random random = new Random(seed);
		SimulatedFleet fleet = new SimulatedFleet(settings, random);
		fleet.startTogether(HONEST + 1);
		play.accept(fleet, new Load(fleet.time(), fleet.limit(), random));
		double worst = 0;
		for (int second = 0; second < OBSERVED.toSeconds(); second++) {
			fleet.time().advance(SECOND);
			for (Member member : fleet.members()) {
				worst = Math.max(worst, member.drift().drift(SimulatedFleet.LIMIT).ratio());
			}
		}
		System.out.printf(Locale.ROOT, "%-34s %s %-8s seed %d: drift at most %.4f%n", name, settings.latency(),
				settings.consistency(), seed, worst);
		assertThat(worst).as("drift, %s, seed %d", name, seed).isLessThan(most);
		assertThat(fleet.members()).as("%s, seed %d", name, seed)
			.allSatisfy((member) -> assertThat(member.fallbacks()).isEmpty());
	}

	/**
	 * Four honest members, and one that is not, or whose clock is not.
	 */
	private static final class Run {

		private final SimulatedFleet fleet;

		private final Member odd;

		private final Load honestLoad;

		private final Load oddLoad;

		private final long seed;

		private long spent;

		Run(Settings settings, long seed) {
			this(settings, seed, (time) -> time);
		}

		Run(Settings settings, long seed, LongUnaryOperator clock) {
			this(settings, seed, clock, HONEST);
		}

		Run(Settings settings, long seed, LongUnaryOperator clock, int startedBefore) {
			this.seed = seed;
			Random random = new Random(seed);
			this.fleet = new SimulatedFleet(settings, random);
			this.fleet.startTogether(startedBefore);
			this.odd = this.fleet.start(this.fleet.limit(),
					() -> clock.applyAsLong(this.fleet.time().elapsed().toNanos()));
			this.fleet.startTogether(HONEST - startedBefore);
			this.honestLoad = new Load(this.fleet.time(), this.fleet.limit(), random);
			this.oddLoad = new Load(this.fleet.time(), this.fleet.limit(), random);
		}

		void load(Gate gate, double perSecond, Duration during) {
			this.oddLoad.on(gate, perSecond, during);
		}

		/**
		 * Admits whatever it is asked: counts it under a birth of its own that its
		 * limiter knows nothing of, and has it published.
		 */
		Gate lawless() {
			this.odd.limiter().tryConsume(SimulatedFleet.LIMIT, SimulatedFleet.KEY, 1);
			return () -> {
				this.spent += MicroTokens.PER_TOKEN;
				Birth birth = new Birth(this.odd.store().self(), 0);
				this.odd.store()
					.replicas()
					.merge(new BucketUpdate(BUCKET, TokenBucketState.empty().consume(birth, this.spent)),
							this.fleet.time().elapsed().toNanos());
				this.odd.store().replicas().publishAllAgain();
				return CompletableFuture.completedStage(true);
			};
		}

		void loadHonest(double perSecond, Duration during) {
			honest().forEach((member) -> this.honestLoad.on(member, perSecond, during));
		}

		void advance(Duration duration) {
			this.fleet.time().advance(duration);
		}

		Duration advanceUntilAll(boolean inFallback, Duration atMost) {
			Duration passed = Duration.ZERO;
			Duration step = Duration.ofMillis(100);
			while (passed.compareTo(atMost) < 0 && !honest().allMatch((member) -> isInFallback(member) == inFallback)) {
				advance(step);
				passed = passed.plus(step);
			}
			print("fallback %s after %d ms", inFallback ? "begins" : "ends", passed.toMillis());
			return passed;
		}

		void assertAll(boolean inFallback) {
			assertThat(honest()).as("seed %d", this.seed)
				.allSatisfy((member) -> assertThat(isInFallback(member)).isEqualTo(inFallback));
		}

		double honestPartOfTheRefill(Duration during) {
			long before = admittedByHonest();
			advance(during);
			return (admittedByHonest() - before) / (during.toSeconds() * PER_SECOND);
		}

		long admittedByHonest() {
			return this.honestLoad.verdict().admitted();
		}

		long admittedByOdd() {
			return this.oddLoad.verdict().admitted();
		}

		void print(String format, Object... arguments) {
			System.out.printf(Locale.ROOT, "seed %d: %s%n", this.seed, String.format(Locale.ROOT, format, arguments));
		}

		private Stream<Member> honest() {
			return this.fleet.members().stream().filter((member) -> member != this.odd);
		}

		private static boolean isInFallback(Member member) {
			return member.drift().inFallback().contains(SimulatedFleet.LIMIT);
		}

	}

}
