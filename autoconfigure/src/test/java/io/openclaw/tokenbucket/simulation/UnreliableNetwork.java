package io.openclaw.tokenbucket.simulation;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

import io.openclaw.tokenbucket.crdt.MemberId;
import io.openclaw.tokenbucket.replication.port.InMemoryBus;

/**
 * The way over one bus: what is cut, lost, duplicated and late at the moment. Messages
 * overtake each other, since each takes its own time.
 */
final class UnreliableNetwork implements InMemoryBus.Network {

	static final double JITTER = 1;

	private static final int NODES = Schedule.MOST_NODES;

	private final Random random;

	private final Duration latency;

	// How many faults cut a link at the moment.
	private final int[][] cuts = new int[NODES][NODES];

	private final int[] cutOff = new int[NODES];

	private double loss;

	private double duplicates;

	private Duration delay = Duration.ZERO;

	UnreliableNetwork(Random random, Duration latency) {
		this.random = random;
		this.latency = latency;
	}

	static int numberOf(MemberId member) {
		return Integer.parseInt(member.node().substring(1));
	}

	void cut(ScheduleEvent.Links links, int change) {
		for (int from = 0; from < NODES; from++) {
			for (int to = 0; to < NODES; to++) {
				this.cuts[from][to] += links.isCut(from, to) ? change : 0;
			}
			this.cutOff[from] += links.isCutOff(from) ? change : 0;
		}
	}

	void lose(double share, double duplicated) {
		this.loss = share;
		this.duplicates = duplicated;
	}

	void delay(Duration by) {
		this.delay = by;
	}

	@Override
	public List<Duration> deliveries(MemberId from, MemberId to) {
		int sender = numberOf(from);
		int receiver = numberOf(to);
		if (this.cutOff[sender] > 0 || this.cutOff[receiver] > 0 || this.cuts[sender][receiver] > 0
				|| this.random.nextDouble() < this.loss) {
			return List.of();
		}
		List<Duration> deliveries = new ArrayList<>(1);
		deliveries.add(takes());
		if (this.random.nextDouble() < this.duplicates) {
			deliveries.add(takes().multipliedBy(2));
		}
		return deliveries;
	}

	@Override
	public boolean reachesServer(MemberId member) {
		return this.cutOff[numberOf(member)] == 0;
	}

	private Duration takes() {
		double factor = 1 + JITTER * this.random.nextDouble();
		return Duration.ofNanos((long) (this.latency.plus(this.delay).toNanos() * factor));
	}

}
