package io.openclaw.tokenbucket.limiter.port;

import io.openclaw.tokenbucket.limiter.limit.LimitChange;

/**
 * Is told what was changed through this member, on the thread of whoever changed it. Must
 * be quick and thread-safe.
 */
public interface LimitControlListener {

	/** Listens to nothing. */
	LimitControlListener NONE = new LimitControlListener() {
	};

	/**
	 * A limit was changed here.
	 * @param change what changed
	 */
	default void onEdit(LimitChange change) {
	}

	/**
	 * Tokens were given back to a key here.
	 * @param limit the name of the limit
	 * @param key whose bucket
	 * @param microTokens how many, positive
	 */
	default void onGiveBack(String limit, String key, long microTokens) {
	}

}
