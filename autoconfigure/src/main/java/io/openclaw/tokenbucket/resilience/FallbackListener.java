package io.openclaw.tokenbucket.resilience;

/**
 * Receives each change, on the thread that replicates. Implementations must be quick and
 * must not throw.
 */
@FunctionalInterface
public interface FallbackListener {

	/**
	 * A limit fell back or recovered. Called once per change.
	 * @param change the change
	 */
	void onFallbackChange(FallbackChanged change);

}
