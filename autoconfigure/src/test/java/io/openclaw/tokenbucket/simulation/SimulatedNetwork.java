package io.openclaw.tokenbucket.simulation;

import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.function.BiPredicate;
import java.util.function.IntPredicate;
import java.util.function.Predicate;

import io.openclaw.tokenbucket.crdt.MemberId;
import io.openclaw.tokenbucket.replication.port.InMemoryBus;

/**
 * Links with latency, jitter and loss, some of them cut.
 */
final class SimulatedNetwork implements InMemoryBus.Network {

	static final Duration NEAR = Duration.ofMillis(2);

	static final Duration FAR = Duration.ofMillis(100);

	private static final double JITTER = 0.3;

	private final Random random;

	private final Duration latency;

	private double loss;

	private BiPredicate<MemberId, MemberId> cut = (from, to) -> false;

	private Predicate<MemberId> cutOff = (member) -> false;

	SimulatedNetwork(Random random, Duration latency, double loss) {
		this.random = random;
		this.latency = latency;
		this.loss = loss;
	}

	/**
	 * Cuts links.
	 * @param links which links, by sender and receiver
	 * @param fromServer who does not reach the server either
	 */
	void cut(BiPredicate<MemberId, MemberId> links, Predicate<MemberId> fromServer) {
		this.cut = links;
		this.cutOff = fromServer;
	}

	/**
	 * Loses nothing from now on.
	 */
	void loseNothing() {
		this.loss = 0;
	}

	void heal() {
		cut((from, to) -> false, (member) -> false);
	}

	@Override
	public List<Duration> deliveries(MemberId from, MemberId to) {
		if (from.equals(to)) {
			return this.cutOff.test(from) ? List.of() : List.of(Duration.ZERO);
		}
		if (this.cut.test(from, to) || this.random.nextDouble() < this.loss) {
			return List.of();
		}
		double factor = 1 + JITTER * this.random.nextDouble();
		return List.of(Duration.ofNanos((long) (this.latency.toNanos() * factor)));
	}

	@Override
	public boolean reachesServer(MemberId member) {
		return !this.cutOff.test(member);
	}

	/**
	 * Which links are cut, by the numbers of members.
	 */
	@FunctionalInterface
	interface Links {

		boolean isCut(int sender, int receiver);

		/**
		 * Whether a member does not reach the server either.
		 */
		default boolean isCutOff(int member) {
			return false;
		}

		/**
		 * All links of some members are cut, and these do not reach the server either.
		 */
		static Links isolating(IntPredicate members) {
			return cutOff((sender, receiver) -> members.test(sender) || members.test(receiver), members);
		}

		/**
		 * Links are cut, and some members do not reach the server either.
		 */
		static Links cutOff(Links links, IntPredicate members) {
			return new Links() {

				@Override
				public boolean isCut(int sender, int receiver) {
					return links.isCut(sender, receiver);
				}

				@Override
				public boolean isCutOff(int member) {
					return members.test(member);
				}

			};
		}

	}

}
