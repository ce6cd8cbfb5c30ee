package io.openclaw.sample.chaos.fleet;

import org.jspecify.annotations.Nullable;

/**
 * Keeps a fleet from one experiment to the next, if both want the same and it is well.
 * Not thread-safe.
 */
public final class FleetKeeper implements AutoCloseable {

	private @Nullable Fleet fleet;

	/**
	 * A fleet that is whole.
	 * @param plan how it is to be started
	 * @return the fleet, not to be closed by the caller
	 */
	public Fleet whole(FleetPlan plan) {
		Fleet kept = this.fleet;
		if (kept != null && kept.plan() == plan && kept.inService().size() == Fleet.MEMBERS.size() && kept.isWhole()) {
			return kept;
		}
		close();
		Fleet started = Fleet.start(plan);
		this.fleet = started;
		return started;
	}

	@Override
	public void close() {
		if (this.fleet != null) {
			this.fleet.close();
			this.fleet = null;
		}
	}

}
