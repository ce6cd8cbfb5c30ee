package io.openclaw.tokenbucket.autoconfigure;

import java.lang.reflect.RecordComponent;
import java.util.Collection;
import java.util.Locale;
import java.util.Objects;
import java.util.Set;

import org.jspecify.annotations.Nullable;

import org.springframework.util.ReflectionUtils;

/**
 * The properties that do not change while an application runs.
 */
final class FixedProperties {

	private static final Set<String> REFRESHED = Set.of("openclaw.revision", "openclaw.buckets",
			"openclaw.crdt.sync-interval");

	private FixedProperties() {
	}

	/**
	 * Collects the names of those that differ.
	 */
	static void differences(OpenClawProperties before, OpenClawProperties now, Collection<String> names) {
		differences("openclaw", before, now, names);
	}

	private static void differences(String prefix, Object before, Object now, Collection<String> names) {
		for (RecordComponent component : before.getClass().getRecordComponents()) {
			String name = prefix + "." + kebab(component.getName());
			Object one = read(component, before);
			Object other = read(component, now);
			if (REFRESHED.contains(name) || Objects.equals(one, other)) {
				continue;
			}
			if (one instanceof Record && other instanceof Record) {
				differences(name, one, other, names);
				continue;
			}
			names.add(name);
		}
	}

	private static @Nullable Object read(RecordComponent component, Object from) {
		return ReflectionUtils.invokeMethod(component.getAccessor(), from);
	}

	private static String kebab(String name) {
		return name.replaceAll("([A-Z])", "-$1").toLowerCase(Locale.ROOT);
	}

}
