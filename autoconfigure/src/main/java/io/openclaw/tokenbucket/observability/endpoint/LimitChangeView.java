package io.openclaw.tokenbucket.observability.endpoint;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import io.openclaw.tokenbucket.limiter.limit.LimitDefinition;
import io.openclaw.tokenbucket.observability.VisibleText;

/**
 * The changes that a write made to a limit. Immutable.
 *
 * @param limit the name of the limit
 * @param version revision, dot, changes at run time since; every member that follows this
 * change shows it
 * @param changed what changed by name; nothing if all was so already
 */
public record LimitChangeView(String limit, String version, Map<String, FromTo> changed) {

	static LimitChangeView unchanged(LimitDefinition definition) {
		return new LimitChangeView(definition.limit().name(), definition.version(), Map.of());
	}

	static LimitChangeView of(LimitDefinition from, LimitDefinition to) {
		Map<String, FromTo> changed = new LinkedHashMap<>();
		note(changed, "capacity", Display.tokens(from.limit().capacity()), Display.tokens(to.limit().capacity()));
		note(changed, "refillRatePerSecond", Display.tokensPerSecond(from.limit().refillRate()),
				Display.tokensPerSecond(to.limit().refillRate()));
		note(changed, "initialTokens", Display.tokens(from.limit().initial()), Display.tokens(to.limit().initial()));
		note(changed, "consistency", Display.name(from.consistency()), Display.name(to.consistency()));
		note(changed, "mode", Display.name(from.mode()), Display.name(to.mode()));
		note(changed, "addedKeys", keys(from, true), keys(to, true));
		note(changed, "removedKeys", keys(from, false), keys(to, false));
		note(changed, "version", from.version(), to.version());
		return new LimitChangeView(to.limit().name(), to.version(), changed);
	}

	private static List<String> keys(LimitDefinition definition, boolean added) {
		return definition.keys()
			.entrySet()
			.stream()
			.filter((key) -> key.getValue() == added)
			.map((key) -> VisibleText.of(key.getKey()))
			.sorted()
			.toList();
	}

	private static void note(Map<String, FromTo> changed, String name, Object from, Object to) {
		if (!from.equals(to)) {
			changed.put(name, new FromTo(from, to));
		}
	}

	/**
	 * A value before and after.
	 *
	 * @param from before
	 * @param to after
	 */
	public record FromTo(Object from, Object to) {
	}

}
