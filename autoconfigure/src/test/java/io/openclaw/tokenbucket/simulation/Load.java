package io.openclaw.tokenbucket.simulation;

import java.time.Duration;
import java.util.Random;

import io.openclaw.tokenbucket.crdt.MicroTokens;
import io.openclaw.tokenbucket.limiter.Decision;
import io.openclaw.tokenbucket.limiter.Outcome;

/**
 * Requests as a Poisson process at each member, judged against one ideal central bucket
 * that sees the same arrivals.
 */
final class Load {

	private final SimulatedFleet fleet;

	private final Random random;

	private final double capacity;

	private final double rate;

	private final Duration startedAt;

	private double idealLevel;

	private Duration idealAt;

	private long arrived;

	private long admitted;

	private long admittedByIdeal;

	private long waited;

	private long waits;

	private long rejected;

	private double over = Double.NEGATIVE_INFINITY;

	private Duration waitedInAll = Duration.ZERO;

	Load(SimulatedFleet fleet, Random random) {
		this.fleet = fleet;
		this.random = random;
		this.capacity = MicroTokens.toTokens(fleet.limit().capacity());
		this.rate = fleet.limit().refillRate().tokensPerSecond();
		this.startedAt = fleet.time().elapsed();
		this.idealLevel = this.capacity;
		this.idealAt = this.startedAt;
	}

	/**
	 * Has a member receive requests.
	 * @param perSecond how many on average
	 * @param during for how long from now
	 */
	void on(SimulatedFleet.Member member, double perSecond, Duration during) {
		Duration until = this.fleet.time().elapsed().plus(during);
		arrive(member, perSecond, until);
	}

	void request(SimulatedFleet.Member member) {
		this.arrived++;
		askIdeal();
		Decision decision = member.limiter().tryConsume(SimulatedFleet.LIMIT, SimulatedFleet.KEY, 1);
		if (decision.outcome() == Outcome.WAITING) {
			Duration since = this.fleet.time().elapsed();
			decision.completion().thenAccept((result) -> {
				this.waitedInAll = this.waitedInAll.plus(this.fleet.time().elapsed().minus(since));
				this.waits++;
				this.waited += result.isAdmitted() ? 1 : 0;
				count(result);
			});
		}
		else {
			count(decision);
		}
	}

	long arrived() {
		return this.arrived;
	}

	long admitted() {
		return this.admitted;
	}

	long admittedByIdeal() {
		return this.admittedByIdeal;
	}

	long rejected() {
		return this.rejected;
	}

	double toIdeal() {
		return (double) this.admitted / this.admittedByIdeal;
	}

	double waitedShare() {
		return (double) this.waited / this.admitted;
	}

	double over() {
		return Math.max(0, this.over);
	}

	Duration meanWait() {
		return (this.waits > 0) ? this.waitedInAll.dividedBy(this.waits) : Duration.ZERO;
	}

	private void arrive(SimulatedFleet.Member member, double perSecond, Duration until) {
		double gap = -Math.log(1 - this.random.nextDouble()) / perSecond;
		Duration next = Duration.ofNanos((long) (gap * 1e9));
		if (this.fleet.time().elapsed().plus(next).compareTo(until) < 0) {
			this.fleet.time().schedule(next, () -> {
				request(member);
				arrive(member, perSecond, until);
			});
		}
	}

	private void count(Decision decision) {
		if (!decision.isAdmitted()) {
			this.rejected++;
			return;
		}
		this.admitted++;
		double envelope = this.capacity + this.rate * seconds(this.fleet.time().elapsed().minus(this.startedAt));
		this.over = Math.max(this.over, this.admitted - envelope);
	}

	private void askIdeal() {
		Duration now = this.fleet.time().elapsed();
		this.idealLevel = Math.min(this.capacity, this.idealLevel + this.rate * seconds(now.minus(this.idealAt)));
		this.idealAt = now;
		if (this.idealLevel >= 1) {
			this.idealLevel--;
			this.admittedByIdeal++;
		}
	}

	private static double seconds(Duration duration) {
		return duration.toNanos() / 1e9;
	}

}
