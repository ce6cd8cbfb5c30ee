package io.openclaw.tokenbucket.simulation;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.IntPredicate;

import io.openclaw.tokenbucket.crdt.MemberId;
import io.openclaw.tokenbucket.replication.port.InMemoryBus;

/**
 * The way over one bus: what is cut, lost, doubled and late at the moment. Messages
 * overtake each other, since each takes its own time. Members are known by their numbers.
 */
final class SimulatedNetwork implements InMemoryBus.Network {

	static final Duration NEAR = Duration.ofMillis(2);

	static final Duration FAR = Duration.ofMillis(100);

	private static final String NODE = "member-";

	private final Random random;

	private final Duration latency;

	private final double jitter;

	private final List<Links> cuts = new ArrayList<>();

	private double loss;

	private double duplicates;

	private Duration delay = Duration.ZERO;

	/**
	 * Creates a network on which nothing goes wrong yet.
	 * @param random decides what happens to a message
	 * @param latency what a message takes at least
	 * @param jitter what it takes longer at most, in parts of that
	 */
	SimulatedNetwork(Random random, Duration latency, double jitter) {
		this.random = random;
		this.latency = latency;
		this.jitter = jitter;
	}

	static String nodeOf(int number) {
		return NODE + ((number < 10) ? "0" : "") + number;
	}

	static int numberOf(MemberId member) {
		return Integer.parseInt(member.node(), NODE.length(), member.node().length(), 10);
	}

	/**
	 * Cuts links, besides those that are cut already.
	 */
	void cut(Links links) {
		this.cuts.add(links);
	}

	/**
	 * Mends links that were cut, unless another cut has them as well.
	 */
	void heal(Links links) {
		this.cuts.remove(links);
	}

	/**
	 * Loses messages and delivers some twice, from now on.
	 * @param share what is lost, from 0 to 1
	 * @param duplicated what arrives twice, from 0 to 1
	 */
	void lose(double share, double duplicated) {
		this.loss = share;
		this.duplicates = duplicated;
	}

	/**
	 * Has messages take longer, from now on.
	 */
	void delay(Duration by) {
		this.delay = by;
	}

	@Override
	public List<Duration> deliveries(MemberId from, MemberId to) {
		if (isCut(from, to) || this.random.nextDouble() < this.loss) {
			return List.of();
		}
		return (this.random.nextDouble() < this.duplicates) ? List.of(takes(), takes().multipliedBy(2))
				: List.of(takes());
	}

	@Override
	public boolean reachesServer(MemberId member) {
		int number = numberOf(member);
		return this.cuts.stream().noneMatch((links) -> links.isCutOff(number));
	}

	private boolean isCut(MemberId from, MemberId to) {
		if (this.cuts.isEmpty()) {
			return false;
		}
		if (from.equals(to)) {
			return !reachesServer(from);
		}
		int sender = numberOf(from);
		int receiver = numberOf(to);
		return this.cuts.stream().anyMatch((links) -> links.isCut(sender, receiver));
	}

	private Duration takes() {
		double factor = 1 + this.jitter * this.random.nextDouble();
		return Duration.ofNanos((long) (this.latency.plus(this.delay).toNanos() * factor));
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
