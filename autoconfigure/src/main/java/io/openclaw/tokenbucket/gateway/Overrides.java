package io.openclaw.tokenbucket.gateway;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import java.util.stream.Collectors;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

/**
 * The keys of a limit for which another limit stands in. Thread-safe.
 */
public final class Overrides {

	private static final Log logger = LogFactory.getLog(Overrides.class);

	/** None. */
	public static final Overrides NONE = new Overrides(Map.of());

	private final Map<String, String> limitByKey;

	private final Set<String> warned = ConcurrentHashMap.newKeySet();

	/**
	 * Creates overrides.
	 * @param limitByKey the name of the other limit by the key under which the limiter
	 * knows a caller
	 */
	public Overrides(Map<String, String> limitByKey) {
		this.limitByKey = Map.copyOf(limitByKey);
	}

	/**
	 * The limit that stands in for a caller. A caller that is listed by an id under a
	 * former secret is found as well, and each such id is warned of once: a secret that
	 * is removed would otherwise take the plans of customers with it, silently.
	 * @param key the key under which the limiter knows it
	 * @param formerKeys under which the limiter knew it before
	 * @return the name of a limit; {@code null} if the caller is not listed
	 */
	@Nullable String limitOf(String key, Supplier<List<String>> formerKeys) {
		if (this.limitByKey.isEmpty()) {
			return null;
		}
		String own = this.limitByKey.get(key);
		return (own != null) ? own : limitOfFormer(key, formerKeys.get());
	}

	private @Nullable String limitOfFormer(String key, List<String> formerKeys) {
		for (String former : formerKeys) {
			String own = this.limitByKey.get(former);
			if (own != null) {
				if (this.warned.add(former)) {
					logger
						.warn(("Limit '%s' lists the key %s, an id under a former secret. Once that secret is removed, "
								+ "this caller loses the plan. List %s instead")
							.formatted(own, former, key));
				}
				return own;
			}
		}
		return null;
	}

	int size() {
		return this.limitByKey.size();
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
