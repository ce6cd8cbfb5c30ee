package io.openclaw.sample.chaos.experiment;

import java.util.function.Consumer;

import io.openclaw.sample.chaos.fleet.Fleet;

/**
 * What goes wrong, and how it is mended.
 */
public interface Fault {

	/** Nothing goes wrong. */
	Fault NONE = new Fault() {
	};

	/**
	 * Goes on with the fault. Called at the beginning of each second while it lasts; must
	 * not take long.
	 * @param fleet to whom it happens
	 * @param second seconds since the beginning, from 0
	 */
	default void tick(Fleet fleet, int second) {
	}

	/**
	 * Mends it. Called once, also when the experiment was aborted.
	 * @param fleet to whom it happened
	 */
	default void heal(Fleet fleet) {
	}

	/**
	 * A fault of the network, mended as a whole.
	 * @param begin begins it
	 * @return the fault
	 */
	static Fault ofNetwork(Consumer<Fleet> begin) {
		return once(begin, (fleet) -> fleet.network().heal());
	}

	/**
	 * A fault that is caused once and lasts until it is mended.
	 * @param begin causes it
	 * @param heal mends it
	 * @return the fault
	 */
	static Fault once(Consumer<Fleet> begin, Consumer<Fleet> heal) {
		return new Fault() {

			@Override
			public void tick(Fleet fleet, int second) {
				if (second == 0) {
					begin.accept(fleet);
				}
			}

			@Override
			public void heal(Fleet fleet) {
				heal.accept(fleet);
			}

		};
	}

	/**
	 * A fault of the network that comes again and again.
	 * @param seconds how often
	 * @param each what happens
	 * @return the fault
	 */
	static Fault every(int seconds, Consumer<Fleet> each) {
		return new Fault() {

			@Override
			public void tick(Fleet fleet, int second) {
				if (second % seconds == 0) {
					each.accept(fleet);
				}
			}

			@Override
			public void heal(Fleet fleet) {
				fleet.network().heal();
			}

		};
	}

}
