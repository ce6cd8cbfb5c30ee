package io.openclaw.tokenbucket.simulation;

import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletionStage;

import io.openclaw.tokenbucket.crdt.Limit;
import io.openclaw.tokenbucket.crdt.MicroTokens;
import io.openclaw.tokenbucket.limiter.decision.Charge;
import io.openclaw.tokenbucket.limiter.decision.JointDecision;
import io.openclaw.tokenbucket.limiter.decision.Settlement;

/**
 * Requests that reserve tokens, take a while, and have used another number of them in the
 * end, which is Pareto distributed. Judged against one central bucket that reserves and
 * settles for the same arrivals. Amounts are tokens.
 */
final class SettlementLoad {

	private static final double LEAST_USED = 20;

	private static final double MOST_USED = 4000;

	static final long RESERVED = 500;

	static final long OVERDRAFT = (long) MOST_USED - RESERVED;

	private final VirtualTime time;

	private final Random random;

	private final double shape;

	private final double tokensPerSecond;

	private final double capacity;

	private final Duration startedAt;

	private double idealLevel;

	private Duration idealAt;

	private double usedByIdeal;

	private double used;

	private long inFlight;

	private long mostInFlight;

	private double over;

	SettlementLoad(VirtualTime time, Limit limit, double shape, Random random) {
		this.time = time;
		this.random = random;
		this.shape = shape;
		this.tokensPerSecond = limit.refillRate().tokensPerSecond();
		this.capacity = MicroTokens.toTokens(limit.capacity());
		this.idealLevel = this.capacity;
		this.startedAt = time.elapsed();
		this.idealAt = this.startedAt;
	}

	/**
	 * Has a member receive requests.
	 * @param perSecond how many on average
	 * @param during for how long from now
	 */
	void on(SimulatedFleet.Member member, double perSecond, Duration during) {
		arrive(member, perSecond, this.time.elapsed().plus(during));
	}

	private void arrive(SimulatedFleet.Member member, double perSecond, Duration until) {
		Duration next = Duration.ofNanos((long) (-Math.log(1 - this.random.nextDouble()) / perSecond * 1e9));
		if (this.time.elapsed().plus(next).compareTo(until) < 0) {
			this.time.schedule(next, () -> {
				if (member.hasEnded()) {
					return;
				}
				request(member);
				arrive(member, perSecond, until);
			});
		}
	}

	private void request(SimulatedFleet.Member member) {
		long costs = (long) pareto();
		Duration takes = Duration.ofMillis(200 + this.random.nextInt(2000));
		requestIdeal(costs, takes);
		JointDecision decision = member.limiter()
			.tryConsume(List.of(Charge.inAdvance(SimulatedFleet.LIMIT, SimulatedFleet.KEY, RESERVED, OVERDRAFT)));
		CompletionStage<JointDecision> later = decision.completion();
		if (later == null) {
			begin(member, decision, costs, takes);
		}
		else {
			later.thenAccept((decided) -> begin(member, decided, costs, takes));
		}
	}

	private void begin(SimulatedFleet.Member member, JointDecision decision, long costs, Duration takes) {
		Settlement settlement = decision.decisions().get(0).settlement();
		if (settlement == null) {
			return;
		}
		this.inFlight++;
		this.mostInFlight = Math.max(this.mostInFlight, this.inFlight);
		use(RESERVED);
		this.time.schedule(takes, () -> {
			this.inFlight--;
			if (!member.hasEnded()) {
				settlement.settle(costs);
				use(costs - RESERVED);
			}
		});
	}

	private void use(long tokens) {
		this.used += tokens;
		double elapsed = this.time.elapsed().minus(this.startedAt).toNanos() / 1e9;
		this.over = Math.max(this.over, this.used - this.capacity - this.tokensPerSecond * elapsed);
	}

	private void requestIdeal(long costs, Duration takes) {
		refillIdeal();
		if (this.idealLevel < RESERVED) {
			return;
		}
		this.idealLevel -= RESERVED;
		this.time.schedule(takes, () -> {
			refillIdeal();
			this.idealLevel = Math.min(this.capacity, this.idealLevel + RESERVED - costs);
			this.usedByIdeal += costs;
		});
	}

	private void refillIdeal() {
		double elapsed = this.time.elapsed().minus(this.idealAt).toNanos() / 1e9;
		this.idealLevel = Math.min(this.capacity, this.idealLevel + this.tokensPerSecond * elapsed);
		this.idealAt = this.time.elapsed();
	}

	// Bounded on both sides, by inversion.
	private double pareto() {
		double least = Math.pow(LEAST_USED, -this.shape);
		double most = Math.pow(MOST_USED, -this.shape);
		return Math.pow(least - this.random.nextDouble() * (least - most), -1 / this.shape);
	}

	Verdict verdict() {
		double elapsed = this.time.elapsed().minus(this.startedAt).toNanos() / 1e9;
		return new Verdict(this.used, this.usedByIdeal, this.capacity + this.tokensPerSecond * elapsed, this.over,
				this.mostInFlight);
	}

	/**
	 * How it went.
	 *
	 * @param used by all requests that were admitted
	 * @param usedByIdeal by those that the ideal bucket admitted
	 * @param budget capacity and refill
	 * @param over the most above the envelope of capacity and refill
	 * @param mostInFlight the most that were under way at once
	 */
	record Verdict(double used, double usedByIdeal, double budget, double over, long mostInFlight) {

		double toIdeal() {
			return this.used / this.usedByIdeal;
		}

		double toBudget() {
			return this.used / this.budget;
		}

	}

}
