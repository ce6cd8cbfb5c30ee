package io.openclaw.sample.chaos;

import io.openclaw.sample.chaos.experiment.Fault;
import io.openclaw.sample.chaos.fleet.Fleet;

/**
 * A gateway stands still, as in a long pause of its garbage collector or its host, and
 * goes on as if nothing had been.
 *
 * @param member which gateway
 * @param seconds how long at most
 */
record Pause(String member, int seconds) implements Fault {

	@Override
	public void tick(Fleet fleet, int second) {
		if (second == 0) {
			fleet.signal(this.member, "STOP");
		}
		else if (second == 1) {
			fleet.withdraw(this.member);
		}
		else if (second == this.seconds) {
			heal(fleet);
		}
	}

	@Override
	public void heal(Fleet fleet) {
		fleet.signal(this.member, "CONT");
		fleet.restore(this.member);
	}

}
