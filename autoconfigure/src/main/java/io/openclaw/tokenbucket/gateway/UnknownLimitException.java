package io.openclaw.tokenbucket.gateway;

import java.util.Set;
import java.util.TreeSet;

/**
 * A route names a limit that is not configured.
 */
public class UnknownLimitException extends IllegalArgumentException {

	private final String limit;

	private final Set<String> known;

	/**
	 * Creates an exception.
	 * @param limit what the route names
	 * @param known the limits that there are
	 */
	public UnknownLimitException(String limit, Set<String> known) {
		super("There is no limit '%s'; %s".formatted(limit,
				known.isEmpty() ? "none is configured" : "there are: " + String.join(", ", new TreeSet<>(known))));
		this.limit = limit;
		this.known = Set.copyOf(known);
	}

	/**
	 * What the route names.
	 * @return a name
	 */
	public String getLimit() {
		return this.limit;
	}

	/**
	 * The limits that there are.
	 * @return their names
	 */
	public Set<String> getKnown() {
		return this.known;
	}

}
