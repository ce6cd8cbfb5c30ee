package io.openclaw.tokenbucket.simulation;

import java.time.Duration;
import java.util.Random;
import java.util.concurrent.CompletableFuture;

import io.openclaw.tokenbucket.crdt.Limit;

/**
 * Requests as a Poisson process at each gate, judged against one ideal central bucket
 * that sees the same arrivals.
 */
final class Load {

	private final VirtualTime time;

	private final Random random;

	private final IdealBucket ideal;

	private long admitted;

	private long admittedByIdeal;

	private long rejected;

	private long waits;

	private long admittedAfterWait;

	private Duration waited = Duration.ZERO;

	private double over;

	private Duration admittedAt;

	private Duration longestPause = Duration.ZERO;

	Load(VirtualTime time, Limit limit, Random random) {
		this.time = time;
		this.random = random;
		this.ideal = new IdealBucket(limit, time.elapsed());
		this.admittedAt = time.elapsed();
	}

	/**
	 * Forgets pauses until now.
	 */
	void watchForPauses() {
		this.longestPause = Duration.ZERO;
		this.admittedAt = this.time.elapsed();
	}

	/**
	 * The longest time without any request admitted that an admission ended.
	 */
	Duration longestPause() {
		return this.longestPause;
	}

	/**
	 * Has a gate receive requests.
	 * @param perSecond how many on average
	 * @param during for how long from now
	 */
	void on(Gate gate, double perSecond, Duration during) {
		arrive(gate, perSecond, this.time.elapsed().plus(during));
	}

	void request(Gate gate) {
		this.admittedByIdeal += this.ideal.tryConsume(this.time.elapsed()) ? 1 : 0;
		CompletableFuture<Boolean> answer = gate.request().toCompletableFuture();
		if (answer.isDone()) {
			count(answer.join());
			return;
		}
		Duration since = this.time.elapsed();
		answer.thenAccept((admits) -> {
			this.waits++;
			this.waited = this.waited.plus(this.time.elapsed().minus(since));
			this.admittedAfterWait += admits ? 1 : 0;
			count(admits);
		});
	}

	/**
	 * Changes the ideal bucket's limit now.
	 */
	void changeIdeal(double capacity, double tokensPerSecond) {
		this.ideal.change(capacity, tokensPerSecond, this.time.elapsed());
	}

	void fillIdeal() {
		this.ideal.fill(this.time.elapsed());
	}

	Verdict verdict() {
		return new Verdict(this.admitted, this.admittedByIdeal, this.rejected, this.over,
				(double) this.admittedAfterWait / this.admitted,
				(this.waits > 0) ? this.waited.dividedBy(this.waits) : Duration.ZERO);
	}

	private void arrive(Gate gate, double perSecond, Duration until) {
		double gap = -Math.log(1 - this.random.nextDouble()) / perSecond;
		Duration next = Duration.ofNanos((long) (gap * 1e9));
		if (this.time.elapsed().plus(next).compareTo(until) < 0) {
			this.time.schedule(next, () -> {
				request(gate);
				arrive(gate, perSecond, until);
			});
		}
	}

	private void count(boolean admits) {
		if (!admits) {
			this.rejected++;
			return;
		}
		this.admitted++;
		Duration pause = this.time.elapsed().minus(this.admittedAt);
		this.longestPause = (pause.compareTo(this.longestPause) > 0) ? pause : this.longestPause;
		this.admittedAt = this.time.elapsed();
		this.over = Math.max(this.over, this.admitted - this.ideal.envelope(this.time.elapsed()));
	}

	/**
	 * How the gates did.
	 *
	 * @param admitted requests admitted
	 * @param admittedByIdeal requests that the ideal bucket admitted
	 * @param rejected requests rejected
	 * @param over the most above the envelope of capacity and refill, in tokens
	 * @param waitedShare of the admitted, how many waited
	 * @param meanWait of those that waited
	 */
	record Verdict(long admitted, long admittedByIdeal, long rejected, double over, double waitedShare,
			Duration meanWait) {

		double toIdeal() {
			return (double) this.admitted / this.admittedByIdeal;
		}

	}

}
