package io.openclaw.tokenbucket.resilience;

/**
 * Is told of each change, on the thread that replicates. Must be quick and must not
 * throw.
 */
@FunctionalInterface
public interface FallbackListener {

	/**
	 * A limit fell back or recovered. Called once per change.
	 * @param change what changed
	 */
	void onFallbackChange(FallbackChanged change);

}
