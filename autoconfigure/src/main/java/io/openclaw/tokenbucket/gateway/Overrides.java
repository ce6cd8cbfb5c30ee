package io.openclaw.tokenbucket.gateway;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The keys of a limit for which another limit stands in. Immutable.
 */
public final class Overrides {

	/** None. */
	public static final Overrides NONE = new Overrides(Map.of());

	private final Map<String, String> limitByKey;

	private final Set<String> limits;

	/**
	 * Creates overrides.
	 * @param limitByKey the name of the other limit by the key under which the limiter
	 * knows a caller
	 */
	public Overrides(Map<String, String> limitByKey) {
		this.limitByKey = Map.copyOf(limitByKey);
		this.limits = Set.copyOf(limitByKey.values());
	}

	/**
	 * The limit of a caller.
	 * @param key the key under which the limiter knows it
	 * @param limit the name of the limit that is overridden
	 * @return the name of the limit that counts
	 */
	String limitOf(String key, String limit) {
		return this.limitByKey.isEmpty() ? limit : this.limitByKey.getOrDefault(key, limit);
	}

	/**
	 * Whether a limit stands in for some key.
	 * @param limit the name of a limit
	 * @return {@code true} if it does
	 */
	boolean include(String limit) {
		return this.limits.contains(limit);
	}

	/**
	 * The keys by the limit that stands in for them.
	 * @return keys in order by the name of a limit
	 */
	public Map<String, List<String>> keysByLimit() {
		return this.limitByKey.entrySet()
			.stream()
			.collect(Collectors.groupingBy(Map.Entry::getValue, Collectors.mapping(Map.Entry::getKey,
					Collectors.collectingAndThen(Collectors.toList(), (keys) -> keys.stream().sorted().toList()))));
	}

}
