package io.openclaw.sample.process;

import java.time.Duration;
import java.util.List;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

import io.openclaw.tokenbucket.testing.RedisExtension;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * One of two gateways goes; the other serves on.
 */
class LostGatewayTests {

	private static final double CAPACITY = 50;

	private static final double REFILL_RATE = 40;

	private static final Duration MEMBER_TIMEOUT = Duration.ofSeconds(5);

	@RegisterExtension
	static final RedisExtension redis = new RedisExtension();

	private static GatewayProcess survivor;

	@BeforeAll
	static void startSurvivor() {
		survivor = start("survivor");
		survivor.awaitReady();
	}

	@AfterAll
	static void stopSurvivor() {
		survivor.close();
	}

	private static GatewayProcess start(String node) {
		return GatewayProcess.start(node, redis, "--openclaw.crdt.member-timeout=" + MEMBER_TIMEOUT.toSeconds() + "s");
	}

	@Test
	void killedGatewayLeavesTheOtherServing() {
		try (GatewayProcess victim = start("victim")) {
			victim.awaitReady();
			survivor.awaitFleetSize(2, Duration.ofSeconds(10));
			victim.awaitFleetSize(2, Duration.ofSeconds(10));
			try (Load load = new Load(List.of(survivor, victim), "/steady", "partner")) {
				load.start(300);
				Tally served = load.tally(survivor);
				await().atMost(Duration.ofSeconds(20)).until(() -> served.rejected() > 100);
				victim.kill();
				double shared = admittedPerSecond(served, 60);
				survivor.awaitFleetSize(1, MEMBER_TIMEOUT.plusSeconds(10));
				double alone = admittedPerSecond(served, 120);
				Tally all = load.stop();
				double budget = CAPACITY + REFILL_RATE * all.longestSeconds();
				System.out.printf(
						"The survivor admitted %.0f a second with the other unheard, %.0f alone; both %d of %.0f%n",
						shared, alone, all.admitted(), budget);
				assertThat(shared).as("its half").isGreaterThan(0.8 * REFILL_RATE / 2);
				assertThat(alone).as("all").isGreaterThan(0.8 * REFILL_RATE);
				assertThat((double) all.admitted()).isLessThan(1.1 * budget);
				assertThat(served.others()).isEmpty();
			}
		}
	}

	/**
	 * Counted by requests and not by time: what a pause holds up is admitted after it.
	 */
	private static double admittedPerSecond(Tally tally, int requests) {
		int before = tally.admitted();
		long start = System.nanoTime();
		await().pollInterval(Duration.ofMillis(10))
			.atMost(Duration.ofSeconds(60))
			.until(() -> tally.admitted() >= before + requests);
		return (tally.admitted() - before) / ((System.nanoTime() - start) / 1e9);
	}

	@Test
	void stoppedGatewayIsGoneAtOnce() {
		try (GatewayProcess leaver = start("leaver")) {
			leaver.awaitReady();
			survivor.awaitFleetSize(2, Duration.ofSeconds(10));
			leaver.awaitFleetSize(2, Duration.ofSeconds(10));
			leaver.stop();
			survivor.awaitFleetSize(1, Duration.ofSeconds(30));
			// Whoever is missed until the member timeout is lost, and then removed.
			await().atMost(Duration.ofSeconds(30))
				.untilAsserted(() -> assertThat(survivor.output()).containsPattern("Gateway leaver#.* has left"));
		}
	}

}
