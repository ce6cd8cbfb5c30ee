package io.openclaw.tokenbucket.autoconfigure;

/**
 * Is told that there are limits which were not there when the application started.
 */
@FunctionalInterface
interface LimitsAdded {

	/**
	 * Looks at the limits that there are now. Must be thread-safe.
	 */
	void look();

}
