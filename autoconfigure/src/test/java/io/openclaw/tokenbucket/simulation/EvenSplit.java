package io.openclaw.tokenbucket.simulation;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * One of several gateways each of which keeps its part of the limit to itself.
 */
final class EvenSplit implements Gate {

	private final VirtualTime time;

	private final double capacity;

	private final double tokensPerSecond;

	private double level;

	private Duration settledAt;

	EvenSplit(VirtualTime time, SimulatedFleet.Settings settings, int gateways) {
		this.time = time;
		this.capacity = (double) settings.capacity() / gateways;
		this.tokensPerSecond = settings.tokensPerSecond() / gateways;
		this.level = this.capacity;
		this.settledAt = time.elapsed();
	}

	@Override
	public CompletionStage<Boolean> request() {
		Duration now = this.time.elapsed();
		this.level = Math.min(this.capacity,
				this.level + this.tokensPerSecond * now.minus(this.settledAt).toNanos() / 1e9);
		this.settledAt = now;
		boolean admits = this.level >= 1;
		this.level -= admits ? 1 : 0;
		return CompletableFuture.completedStage(admits);
	}

}
