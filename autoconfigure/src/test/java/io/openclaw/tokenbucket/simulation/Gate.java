package io.openclaw.tokenbucket.simulation;

import java.util.concurrent.CompletionStage;

/**
 * Whatever admits requests at one member.
 */
@FunctionalInterface
interface Gate {

	/**
	 * A request that costs one token.
	 * @return whether it is admitted, possibly later
	 */
	CompletionStage<Boolean> request();

}
