package io.openclaw.tokenbucket.simulation;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;

/**
 * What a fixed split would admit in which every member has its own bucket, of its part of
 * the capacity and of the refill. In tokens.
 */
final class Split {

	private final Map<Integer, Part> parts = new HashMap<>();

	private double admitted;

	/**
	 * From now on a member has one part of so many.
	 */
	void divide(int node, int parts, double capacity, double perSecond, Duration now) {
		Part part = this.parts.computeIfAbsent(node, (key) -> new Part(now));
		part.settle(now);
		part.capacity = capacity / parts;
		part.perSecond = perSecond / parts;
	}

	/**
	 * A member has no part any longer.
	 */
	void end(int node) {
		this.parts.remove(node);
	}

	void arrive(int node, int cost, Duration now) {
		Part part = this.parts.get(node);
		if (part != null) {
			part.settle(now);
			if (part.level >= cost) {
				part.level -= cost;
				this.admitted += cost;
			}
		}
	}

	double admitted() {
		return this.admitted;
	}

	private static final class Part {

		private double capacity;

		private double perSecond;

		private double level;

		private Duration settledAt;

		Part(Duration now) {
			this.settledAt = now;
		}

		private void settle(Duration now) {
			double seconds = now.minus(this.settledAt).toNanos() / 1e9;
			this.settledAt = now;
			this.level = Math.min(this.capacity, this.level + seconds * this.perSecond);
		}

	}

}
