package io.openclaw.tokenbucket.simulation;

import java.time.Duration;
import java.util.Random;

/**
 * A course of events made from a seed: every key is used in bursts at several members,
 * lies idle for anything between a second and a minute, and is used again, possibly
 * elsewhere; members join and leave. Plays the same on every fleet.
 */
final class Churn {

	static final int KEYS = 40;

	static final int MEMBERS = 4;

	private static final Duration LOOK = Duration.ofMillis(500);

	private static final Duration WARM_UP = Duration.ofSeconds(4);

	private static final int MOST_REQUESTS = 25;

	private final long seed;

	private final Duration length;

	Churn(long seed, Duration length) {
		this.seed = seed;
		this.length = length;
	}

	ChurnFleet play(ChurnFleet.StoreFactory stores) {
		ChurnFleet fleet = new ChurnFleet(stores, new Random(this.seed));
		for (int i = 0; i < MEMBERS; i++) {
			fleet.start();
		}
		fleet.time().advance(WARM_UP);
		for (int key = 0; key < KEYS; key++) {
			burst(fleet, key, new Random(31 * this.seed + key));
		}
		comeAndGo(fleet, new Random(-this.seed));
		for (Duration passed = Duration.ZERO; passed.compareTo(this.length) < 0; passed = passed.plus(LOOK)) {
			fleet.time().advance(LOOK);
			fleet.look();
		}
		return fleet;
	}

	private void burst(ChurnFleet fleet, int key, Random random) {
		// Often just as long as a bucket needs to be idle to be dropped.
		double pause = random.nextBoolean() ? 1 + 59 * random.nextDouble() : 9 + 5 * random.nextDouble();
		fleet.time().schedule(millis(pause * 1000), () -> {
			if (fleet.time().elapsed().compareTo(this.length) > 0) {
				return;
			}
			int requests = 1 + random.nextInt(MOST_REQUESTS);
			int members = 1 + random.nextInt(MEMBERS);
			int first = random.nextInt(MEMBERS);
			double at = 0;
			for (int i = 0; i < requests; i++) {
				at += 200 * random.nextDouble();
				int which = first + random.nextInt(members);
				fleet.time().schedule(millis(at), () -> fleet.request(which, key));
			}
			fleet.time().schedule(millis(at), () -> burst(fleet, key, random));
		});
	}

	private void comeAndGo(ChurnFleet fleet, Random random) {
		fleet.time().schedule(millis(10_000 + 20_000 * random.nextDouble()), () -> {
			fleet.start();
			fleet.time().schedule(millis(5_000 + 5_000 * random.nextDouble()), () -> {
				fleet.leave();
				comeAndGo(fleet, random);
			});
		});
	}

	private static Duration millis(double millis) {
		return Duration.ofNanos((long) (millis * 1e6));
	}

}
