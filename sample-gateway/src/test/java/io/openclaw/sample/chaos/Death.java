package io.openclaw.sample.chaos;

import io.openclaw.sample.chaos.experiment.Fault;
import io.openclaw.sample.chaos.fleet.Fleet;

/**
 * A gateway is killed, and later another starts in its place.
 *
 * @param member which gateway
 * @param seconds until it is started again
 */
record Death(String member, int seconds) implements Fault {

	@Override
	public void tick(Fleet fleet, int second) {
		if (second == 0) {
			fleet.kill(this.member);
		}
		else if (second == this.seconds) {
			fleet.restart(this.member);
		}
	}

}
