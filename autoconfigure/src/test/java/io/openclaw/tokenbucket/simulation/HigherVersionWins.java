package io.openclaw.tokenbucket.simulation;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * The merge that is usually shown for a replicated token bucket, as a counter-example:
 * each replica is a level with a version, and of two the one with the higher version
 * wins. What the other spent is forgotten.
 */
final class HigherVersionWins {

	private static final Duration SYNC_INTERVAL = Duration.ofMillis(200);

	private final VirtualTime time;

	private final double capacity;

	private final double tokensPerSecond;

	private final Duration latency;

	private final List<Replica> replicas = new ArrayList<>();

	HigherVersionWins(VirtualTime time, SimulatedFleet.Settings settings, int members) {
		this.time = time;
		this.capacity = settings.capacity();
		this.tokensPerSecond = settings.tokensPerSecond();
		this.latency = settings.latency();
		for (int i = 0; i < members; i++) {
			Replica replica = new Replica();
			this.replicas.add(replica);
			replica.synchronize();
		}
	}

	List<? extends Gate> gates() {
		return this.replicas;
	}

	private final class Replica implements Gate {

		private double level = HigherVersionWins.this.capacity;

		private Duration settledAt = HigherVersionWins.this.time.elapsed();

		private long version;

		@Override
		public CompletionStage<Boolean> request() {
			settle();
			boolean admits = this.level >= 1;
			if (admits) {
				this.level--;
				this.version++;
			}
			return CompletableFuture.completedStage(admits);
		}

		private void synchronize() {
			settle();
			double sentLevel = this.level;
			long sentVersion = this.version;
			HigherVersionWins.this.time.schedule(HigherVersionWins.this.latency,
					() -> HigherVersionWins.this.replicas.forEach((other) -> other.merge(sentLevel, sentVersion)));
			HigherVersionWins.this.time.schedule(SYNC_INTERVAL, this::synchronize);
		}

		private void merge(double otherLevel, long otherVersion) {
			settle();
			if (otherVersion > this.version) {
				this.level = otherLevel;
				this.version = otherVersion;
			}
		}

		private void settle() {
			Duration now = HigherVersionWins.this.time.elapsed();
			double elapsed = now.minus(this.settledAt).toNanos() / 1e9;
			this.level = Math.min(HigherVersionWins.this.capacity,
					this.level + HigherVersionWins.this.tokensPerSecond * elapsed);
			this.settledAt = now;
		}

	}

}
