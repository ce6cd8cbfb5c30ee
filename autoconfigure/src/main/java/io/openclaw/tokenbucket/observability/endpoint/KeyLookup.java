package io.openclaw.tokenbucket.observability.endpoint;

import java.util.List;
import java.util.Map;
import java.util.OptionalLong;

import org.jspecify.annotations.Nullable;

/**
 * Finds the bucket of a caller. An operator may know a caller by what it sends, an API
 * key for example, where the limiter knows it by an id. Thread-safe.
 */
@FunctionalInterface
public interface KeyLookup {

	/** Every bucket has the name that its caller sends. */
	KeyLookup AS_SENT = (limit, sent) -> sent;

	/**
	 * Names the bucket of a caller. Never throws, whatever an operator types.
	 * @param limit the name of a limit of the limiter, which need not come from the
	 * properties
	 * @param sent what the caller sends
	 * @return the key under which the limiter holds the bucket; never {@code null}, also
	 * where there is no such bucket
	 */
	String keyOf(String limit, String sent);

	/**
	 * Names a caller where routes share buckets. Never throws, whatever an operator
	 * types.
	 * @param limit the name of a limit of the limiter
	 * @param sent what the caller sends, or the id of its key
	 * @return the key under which the limiter knows the caller
	 */
	default String callerOf(String limit, String sent) {
		return sent;
	}

	/**
	 * All places where the limiter may hold a bucket of a caller. Never throws, whatever
	 * an operator types.
	 * @param sent what the caller sends, or the id of its key
	 * @return places, by default none that is known
	 */
	default List<CallerPlace> placesOf(String sent) {
		return List.of();
	}

	/**
	 * The routes whose requests draw on a limit that no place of a caller is known of.
	 * @param limit the name of a limit of the limiter
	 * @return ids of routes, by default none that is known
	 */
	default List<String> routesOf(String limit) {
		return List.of();
	}

	/**
	 * Limits that admit nobody, and so are none of the limiter.
	 * @return the id of the route by the name of each limit, by default none
	 */
	default Map<String, String> closedRoutes() {
		return Map.of();
	}

	/**
	 * How requests meet a limit.
	 * @param limit the name of a limit of the limiter
	 * @return what is known of it, by default nothing
	 */
	default @Nullable RequestView requestsTo(String limit) {
		return null;
	}

	/**
	 * What every request costs that meets a limit.
	 * @param limit the name of a limit of the limiter
	 * @return whole tokens; by default, and where requests differ, none that is known
	 */
	default OptionalLong fixedCostOf(String limit) {
		return OptionalLong.empty();
	}

}
