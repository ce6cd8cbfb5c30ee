package io.openclaw.tokenbucket.simulation;

import java.time.Duration;
import java.util.BitSet;

import org.jspecify.annotations.Nullable;

/**
 * Something that happens to a fleet. Where it speaks of a node that does not run, nothing
 * happens.
 */
sealed interface ScheduleEvent {

	/**
	 * When it happens.
	 */
	Duration at();

	/**
	 * Makes it happen, now.
	 */
	void befall(ScheduledFleet fleet);

	/**
	 * Which links a fault cuts, from sender to receiver, and who does not reach the
	 * server at all.
	 */
	record Links(BitSet links, BitSet cutOff) implements SimulatedNetwork.Links {

		@Override
		public boolean isCut(int from, int to) {
			return isCutOff(from) || isCutOff(to) || this.links.get(from * Schedule.MOST_NODES + to);
		}

		@Override
		public boolean isCutOff(int node) {
			return this.cutOff.get(node);
		}

		@Override
		public String toString() {
			StringBuilder text = new StringBuilder();
			this.links.stream()
				.forEach((link) -> text.append(link / Schedule.MOST_NODES)
					.append('>')
					.append(link % Schedule.MOST_NODES)
					.append(' '));
			return text + "cut off " + this.cutOff;
		}

	}

	/** Links over one bus, or over all, are cut. */
	record Cut(Duration at, Duration until, @Nullable Integer bus, Links links) implements ScheduleEvent {

		@Override
		public void befall(ScheduledFleet fleet) {
			fleet.networks(this.bus).forEach((network) -> network.cut(this.links));
			fleet.later(this.until.minus(this.at),
					() -> fleet.networks(this.bus).forEach((network) -> network.heal(this.links)));
		}

	}

	/** Messages get lost and arrive twice. */
	record Noise(Duration at, Duration until, double loss, double duplicates) implements ScheduleEvent {

		@Override
		public void befall(ScheduledFleet fleet) {
			fleet.networks(null).forEach((network) -> network.lose(this.loss, this.duplicates));
			fleet.later(this.until.minus(this.at), () -> fleet.networks(null).forEach((network) -> network.lose(0, 0)));
		}

	}

	/** Messages take longer, over one bus or over all. */
	record Slow(Duration at, Duration until, @Nullable Integer bus, Duration by) implements ScheduleEvent {

		@Override
		public void befall(ScheduledFleet fleet) {
			fleet.networks(this.bus).forEach((network) -> network.delay(this.by));
			fleet.later(this.until.minus(this.at),
					() -> fleet.networks(this.bus).forEach((network) -> network.delay(Duration.ZERO)));
		}

	}

	/** A node starts. */
	record Join(Duration at, int node) implements ScheduleEvent {

		@Override
		public void befall(ScheduledFleet fleet) {
			fleet.start(this.node);
		}

	}

	/** A node leaves in good order. */
	record Goodbye(Duration at, int node) implements ScheduleEvent {

		@Override
		public void befall(ScheduledFleet fleet) {
			fleet.running(this.node).ifPresent(fleet::leave);
		}

	}

	/** A node dies, and perhaps starts again as a new incarnation. */
	record Crash(Duration at, int node, @Nullable Duration restartAfter) implements ScheduleEvent {

		@Override
		public void befall(ScheduledFleet fleet) {
			fleet.running(this.node).ifPresent((member) -> {
				fleet.crash(member);
				if (this.restartAfter != null) {
					fleet.restart(this.node, this.restartAfter);
				}
			});
		}

	}

	/** A process stands still, as after SIGSTOP. */
	record Pause(Duration at, int node, Duration during, boolean requestsFirst) implements ScheduleEvent {

		@Override
		public void befall(ScheduledFleet fleet) {
			fleet.running(this.node).filter((member) -> !member.clock().isPaused()).ifPresent((member) -> {
				member.clock().pause();
				fleet.later(this.during, () -> member.clock().resume(this.requestsFirst));
			});
		}

	}

	/** A monotonic clock jumps ahead. */
	record ClockStep(Duration at, int node, Duration by) implements ScheduleEvent {

		@Override
		public void befall(ScheduledFleet fleet) {
			fleet.running(this.node).ifPresent((member) -> fleet.step(member, this.by));
		}

	}

	/** A clock runs fast or slow from now on. */
	record ClockRate(Duration at, int node, int thousandths) implements ScheduleEvent {

		@Override
		public void befall(ScheduledFleet fleet) {
			fleet.running(this.node).ifPresent((member) -> member.clock().run(this.thousandths));
		}

	}

	/** A limit is changed on one node, as by an operator. */
	record Change(Duration at, int node, int limit, Schedule.Quota quota) implements ScheduleEvent {

		@Override
		public void befall(ScheduledFleet fleet) {
			fleet.running(this.node).ifPresent((member) -> member.change(fleet.limit(this.limit, this.quota)));
		}

	}

	/** Requests for one bucket arrive at a node, as a Poisson process. */
	record Load(Duration at, Duration until, int node, int limit, int key, double perSecond,
			int cost) implements ScheduleEvent {

		@Override
		public void befall(ScheduledFleet fleet) {
			fleet.load(this);
		}

	}

	/** Many requests for one bucket arrive at a node at once. */
	record Burst(Duration at, int node, int limit, int key, int count) implements ScheduleEvent {

		@Override
		public void befall(ScheduledFleet fleet) {
			for (int i = 0; i < this.count; i++) {
				fleet.request(this.node, fleet.bucket(this.limit, this.key), 1);
			}
		}

	}

	/** Requests for two limits at once arrive at a node, as a Poisson process. */
	record JointLoad(Duration at, Duration until, int node, int key, double perSecond) implements ScheduleEvent {

		@Override
		public void befall(ScheduledFleet fleet) {
			fleet.load(this);
		}

	}

}
