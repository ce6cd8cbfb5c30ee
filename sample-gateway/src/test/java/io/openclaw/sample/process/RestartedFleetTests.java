package io.openclaw.sample.process;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.extension.RegisterExtension;
import tools.jackson.databind.JsonNode;

import io.openclaw.tokenbucket.testing.RedisExtension;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * What gateways in processes of their own know of the spending of others that were
 * stopped or killed: a bucket that hardly refills.
 */
class RestartedFleetTests {

	private static final int CAPACITY = 1000;

	private static final double REFILL_RATE = 0.2;

	private static final String KEY = "partner";

	@RegisterExtension
	static final RedisExtension redis = new RedisExtension();

	private final List<GatewayProcess> started = new ArrayList<>();

	private SavedBuckets saved;

	private long since;

	private int admitted;

	@BeforeEach
	void begin() {
		this.saved = new SavedBuckets(redis.host(), redis.port());
		this.saved.flush();
		this.since = System.nanoTime();
	}

	@AfterEach
	void end() {
		this.started.forEach(GatewayProcess::close);
		this.saved.close();
	}

	@Test
	void aFleetThatIsKilledOrStoppedAndStartsAgainGivesNobodyAFreshBucket() {
		List<GatewayProcess> first = start("a", "b");
		spend(first, 300);
		first.forEach((gateway) -> await().atMost(Duration.ofSeconds(60))
			.untilAsserted(() -> assertThat(consumed(gateway)).isEqualTo(this.admitted)));
		this.saved.flush();
		this.saved.awaitCurrent();
		int unsaved = spend(first, 100);
		first.forEach(GatewayProcess::kill);

		List<GatewayProcess> second = start("a", "b");
		List<Double> levels = second.stream().map(RestartedFleetTests::level).toList();
		System.out.printf(
				"All gateways were killed: %d of %d were spent, of which at most %d were not saved; levels %s%n",
				this.admitted, CAPACITY, unsaved, levels);
		assertThat(levels).allSatisfy((level) -> assertThat(level).isBetween(left(), left() + unsaved + refilled()));
		double restored = consumed(second.get(0));
		int spent = spend(second, 300);
		second.forEach(GatewayProcess::stop);

		List<GatewayProcess> third = start("a");
		assertThat(consumed(third.get(0))).as("nothing unsaved").isEqualTo(restored + spent);
		spend(third, CAPACITY);
		System.out.printf("All gateways were stopped: %d admitted in all, %.1f were refilled at most%n", this.admitted,
				refilled());
		assertThat((double) this.admitted).isLessThanOrEqualTo(CAPACITY + unsaved + refilled());
	}

	@Test
	@EnabledIfSystemProperty(named = "process.all", matches = "true")
	void twoOfThreeGatewaysKilledAtOnceLoseNothingThatWasAcknowledged() {
		List<GatewayProcess> gateways = start("a", "b", "c");
		GatewayProcess survivor = gateways.get(0);
		List<GatewayProcess> victims = gateways.subList(1, 3);
		List<Double> acknowledged;
		awaitFleet(gateways);
		try (Load load = new Load(gateways, "/slow", KEY)) {
			load.start(150);
			victims.forEach((victim) -> await().atMost(Duration.ofSeconds(30))
				.until(() -> load.tally(victim).admitted() >= 100));
			victims.forEach((victim) -> await().atMost(Duration.ofSeconds(30)).until(() -> acknowledged(victim) >= 50));
			acknowledged = victims.stream().map(RestartedFleetTests::acknowledged).toList();
			victims.forEach((victim) -> victim.handle().destroyForcibly());
			victims.forEach(GatewayProcess::kill);
			load.stop();
			assertThat(load.tally(survivor).others()).isEmpty();
		}
		await().atMost(Duration.ofSeconds(60)).untilAsserted(() -> {
			assertThat(consumedBy(survivor, "b")).isGreaterThanOrEqualTo(acknowledged.get(0));
			assertThat(consumedBy(survivor, "c")).isGreaterThanOrEqualTo(acknowledged.get(1));
		});
		System.out.printf("Two of three gateways were killed, which had %s acknowledged; the third counts %s and %s%n",
				acknowledged, consumedBy(survivor, "b"), consumedBy(survivor, "c"));
	}

	private List<GatewayProcess> start(String... nodes) {
		List<GatewayProcess> fleet = Stream.of(nodes).map((node) -> GatewayProcess.start(node, redis)).toList();
		this.started.addAll(fleet);
		fleet.forEach(GatewayProcess::awaitReady);
		return fleet;
	}

	private static void awaitFleet(List<GatewayProcess> fleet) {
		fleet.forEach((gateway) -> gateway.awaitFleetSize(fleet.size(), Duration.ofSeconds(60)));
	}

	private int spend(List<GatewayProcess> fleet, int requests) {
		awaitFleet(fleet);
		try (Load load = new Load(fleet, "/slow", KEY)) {
			Tally tally = load.burst(requests, 8);
			assertThat(tally.others()).isEmpty();
			this.admitted += tally.admitted();
			return tally.admitted();
		}
	}

	private double left() {
		return CAPACITY - this.admitted;
	}

	/** The most that can have been refilled since the test began. */
	private double refilled() {
		return REFILL_RATE * (System.nanoTime() - this.since) / 1e9;
	}

	private static double level(GatewayProcess gateway) {
		return bucket(gateway).required("level").asDouble();
	}

	private static double acknowledged(GatewayProcess gateway) {
		JsonNode bucket = bucket(gateway);
		return bucket.required("consumedHere").asDouble() - bucket.required("unacknowledged").asDouble();
	}

	private static double consumed(GatewayProcess gateway) {
		return bucket(gateway).required("members")
			.valueStream()
			.mapToDouble((member) -> member.required("consumed").asDouble())
			.sum();
	}

	private static double consumedBy(GatewayProcess gateway, String node) {
		return bucket(gateway).required("members")
			.propertyStream()
			.filter((member) -> member.getKey().startsWith(node + "#"))
			.mapToDouble((member) -> member.getValue().required("consumed").asDouble())
			.sum();
	}

	private static JsonNode bucket(GatewayProcess gateway) {
		return gateway.json("/actuator/tokenbuckets/slow/" + KEY);
	}

}
