package io.openclaw.tokenbucket.autoconfigure;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;

import io.openclaw.tokenbucket.autoconfigure.OpenClawProperties.Plan;
import io.openclaw.tokenbucket.autoconfigure.diagnostics.OpenClawConfigurationException;
import io.openclaw.tokenbucket.gateway.Overrides;
import io.openclaw.tokenbucket.gateway.key.BucketNames;
import io.openclaw.tokenbucket.gateway.key.RequestKey;

/**
 * Reads which keys of a limit have another quota.
 */
final class OverridesReader {

	private static final Log logger = LogFactory.getLog(OverridesReader.class);

	private final BucketNames bucketNames;

	OverridesReader(BucketNames bucketNames) {
		this.bucketNames = bucketNames;
	}

	/**
	 * Reads the keys of a limit.
	 * @param isEveryKeyListed whether a plan without keys is nobody's
	 */
	Overrides read(String limit, RequestKey key, Map<String, Plan> plans, boolean isEveryKeyListed) {
		Map<String, String> limitByKey = new LinkedHashMap<>();
		plans.forEach((override, plan) -> {
			String property = LimitPolicies.overrideProperty(limit, override) + ".keys";
			String ownName = LimitPolicies.overrideName(limit, override);
			List<String> keys = plan.keys();
			if (keys.isEmpty() && isEveryKeyListed) {
				throw new OpenClawConfigurationException(property, null, "the override lists no key",
						"List keys as the endpoint tokenbuckets shows them, set %s, or remove the override."
							.formatted(LimitPolicies.property(limit, "plan")));
			}
			for (int i = 0; i < keys.size(); i++) {
				String listed = "%s[%d]".formatted(property, i);
				String id = add(listed, keys.get(i), ownName, key, limitByKey);
				if (!id.isEmpty()) {
					logger.warn("%s has a key in clear, which no log or endpoint shows; its id serves as well: %s"
						.formatted(listed, id));
				}
			}
		});
		return new Overrides(limitByKey);
	}

	/**
	 * Reads the keys of a limit, listed elsewhere than in properties.
	 * @param place where, before the name of the limit that stands in
	 * @param keys by the limits that stand in
	 */
	Overrides read(String place, RequestKey key, Map<String, List<String>> keys) {
		Map<String, String> limitByKey = new LinkedHashMap<>();
		int clear = 0;
		for (Map.Entry<String, List<String>> plan : keys.entrySet()) {
			for (int i = 0; i < plan.getValue().size(); i++) {
				String text = plan.getValue().get(i);
				clear += add("%s%s[%d]".formatted(place, plan.getKey(), i), text, plan.getKey(), key, limitByKey)
					.isEmpty() ? 0 : 1;
			}
		}
		if (clear > 0) {
			logger.warn(place + ((clear == 1) ? "one key is" : clear + " keys are") + " in clear. List ids instead");
		}
		return new Overrides(limitByKey);
	}

	/**
	 * Adds a key.
	 * @return its id, if it is in clear though nobody should see it; else empty text
	 */
	private String add(String property, String text, String limit, RequestKey key, Map<String, String> limitByKey) {
		Set<String> names = namesOf(property, text.strip(), key);
		for (String name : names) {
			String other = limitByKey.putIfAbsent(name, limit);
			if (other != null) {
				throw new OpenClawConfigurationException(property, shown(text, key),
						"the key is listed twice, for '%s' and for '%s'".formatted(other, limit),
						"List each key once in all overrides of a limit.");
			}
		}
		return (this.bucketNames.hides(key) && names.size() == 1) ? String.join("", names) : "";
	}

	private Set<String> namesOf(String property, String text, RequestKey key) {
		if (text.isEmpty()) {
			throw new OpenClawConfigurationException(property, "", "a key is never empty", "Remove it.");
		}
		try {
			return this.bucketNames.namesOf(key, text);
		}
		catch (IllegalArgumentException ex) {
			throw new OpenClawConfigurationException(property, text, "no request can have this key",
					"Note that " + ex.getMessage() + ".");
		}
	}

	private String shown(String text, RequestKey key) {
		return (this.bucketNames.hides(key) && !BucketNames.isId(text)) ? "(hidden)" : text;
	}

}
