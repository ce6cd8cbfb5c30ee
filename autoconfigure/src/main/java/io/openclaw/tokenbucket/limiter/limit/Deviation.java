package io.openclaw.tokenbucket.limiter.limit;

/**
 * Why a limit is not as a gateway is configured.
 */
public enum Deviation {

	/** It is. */
	NONE,

	/**
	 * It was changed at run time, from this configuration: until another one is deployed
	 * everywhere, or somebody wants this one back.
	 */
	CHANGED_AT_RUN_TIME,

	/**
	 * Not all gateways are configured so: the fleet stays with what it had until they
	 * are, or goes by a higher revision.
	 */
	NOT_DEPLOYED_EVERYWHERE;

	/**
	 * Compares what a gateway follows with its configuration.
	 * @param followed the definition that it follows
	 * @param configured the definition that it is configured with
	 * @return why they differ
	 */
	public static Deviation of(LimitDefinition followed, LimitDefinition configured) {
		if (followed.agreesWith(configured)) {
			return NONE;
		}
		return followed.isBasedOn(configured) ? CHANGED_AT_RUN_TIME : NOT_DEPLOYED_EVERYWHERE;
	}

}
