package io.openclaw.tokenbucket.gateway;

import java.util.Map;

/**
 * Keys of plans that are listed elsewhere than in the configuration, and may be listed
 * anew while requests run. Thread-safe.
 */
public final class PlanLists {

	private volatile Map<String, Overrides> byLimit = Map.of();

	/**
	 * Takes over lists for the next request, instead of all others.
	 * @param lists the keys by the name of the limit
	 */
	public void replace(Map<String, Overrides> lists) {
		this.byLimit = Map.copyOf(lists);
	}

	/**
	 * How many keys are listed.
	 * @return the keys of all limits together
	 */
	public int size() {
		return this.byLimit.values().stream().mapToInt(Overrides::size).sum();
	}

	Overrides of(String limit) {
		return this.byLimit.getOrDefault(limit, Overrides.NONE);
	}

}
