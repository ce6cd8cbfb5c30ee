package io.openclaw.sample.chaos.fleet;

import java.util.List;
import java.util.Map;
import java.util.function.Function;

/**
 * How the gateways of a fleet are started. Immutable.
 *
 * @param heapMegabytes the most that the heap of a gateway may take
 * @param size how many gateways each is to count before the fleet is whole
 * @param arguments further arguments of a member
 * @param environment variables in the environment of a member
 */
public record FleetPlan(int heapMegabytes, int size, Function<String, List<String>> arguments,
		Function<String, Map<String, String>> environment) {

	/** One fleet, nothing special. */
	public static final FleetPlan STANDARD = new FleetPlan(192, Fleet.MEMBERS.size(), (member) -> List.of(),
			(member) -> Map.of());

	/**
	 * The same with further arguments.
	 * @param arguments those of a member
	 * @return a plan
	 */
	public FleetPlan withArguments(Function<String, List<String>> arguments) {
		return new FleetPlan(this.heapMegabytes, this.size, arguments, this.environment);
	}

	/**
	 * The same with another environment.
	 * @param environment that of a member
	 * @return a plan
	 */
	public FleetPlan withEnvironment(Function<String, Map<String, String>> environment) {
		return new FleetPlan(this.heapMegabytes, this.size, this.arguments, environment);
	}

	/**
	 * The same with another heap.
	 * @param megabytes the most that it may take
	 * @return a plan
	 */
	public FleetPlan withHeap(int megabytes) {
		return new FleetPlan(megabytes, this.size, this.arguments, this.environment);
	}

	/**
	 * The same of gateways that do not find each other.
	 * @return a plan
	 */
	public FleetPlan apart() {
		return new FleetPlan(this.heapMegabytes, 1, (member) -> List.of("--openclaw.crdt.namespace=" + member),
				this.environment);
	}

}
