package io.openclaw.tokenbucket.observability.endpoint;

/**
 * Knows under which id the limiter holds what a caller sent. Thread-safe.
 */
@FunctionalInterface
public interface KeyIds {

	/** Every key is its own id. */
	KeyIds SAME = (limit, key) -> key;

	/**
	 * The id of a key.
	 * @param limit the name of the limit
	 * @param key what a caller sent, for example an API key
	 * @return the id; the key itself where this limit's keys are not hidden
	 */
	String idOf(String limit, String key);

}
