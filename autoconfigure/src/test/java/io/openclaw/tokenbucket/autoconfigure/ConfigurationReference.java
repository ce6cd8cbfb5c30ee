package io.openclaw.tokenbucket.autoconfigure;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import org.springframework.boot.json.JsonParserFactory;
import org.springframework.core.io.ClassPathResource;
import org.springframework.util.ClassUtils;

/**
 * The reference of all properties, from the metadata that editors use.
 */
final class ConfigurationReference {

	private static final Pattern ELEMENTS = Pattern.compile("java\\.util\\.(Map|List)<.*?([\\w.$]+)>");

	private static final String HEADER = """
			# Configuration reference

			Generated from the metadata that editors use; a test fails when it is out of date. To write it anew:
			`mvn -q -pl autoconfigure test -Dtest=ConfigurationReferenceTests -Dconfiguration.reference=write`
			""";

	private final Map<String, List<Property>> groups = new TreeMap<>();

	private ConfigurationReference() {
	}

	/**
	 * Renders the reference.
	 * @return Markdown
	 */
	static String render() {
		ConfigurationReference reference = new ConfigurationReference();
		read("META-INF/spring-configuration-metadata.json")
			.filter((property) -> property.name().startsWith("openclaw."))
			.forEach(reference::add);
		return reference.groups.entrySet()
			.stream()
			.map((group) -> section(group.getKey(), group.getValue()))
			.collect(Collectors.joining("", HEADER, ""));
	}

	private void add(Property property) {
		Matcher elements = ELEMENTS.matcher(property.type());
		if (elements.matches() && elements.group(2).startsWith("io.openclaw.")) {
			String element = property.name() + (elements.group(1).equals("Map") ? ".<name>" : "[<index>]");
			read("META-INF/spring/configuration-metadata/" + elements.group(2) + ".json")
				.forEach((nested) -> add(new Property(element + "." + nested.name(), nested.type(),
						nested.defaultValue(), nested.description())));
			return;
		}
		int dot = property.name().lastIndexOf('.');
		this.groups.computeIfAbsent(property.name().substring(0, dot), (name) -> new ArrayList<>()).add(property);
	}

	private static String section(String prefix, List<Property> properties) {
		return properties.stream()
			.sorted(Comparator.comparing(Property::name))
			.map((property) -> "| `%s` | %s | %s | %s |%n".formatted(property.name().substring(prefix.length() + 1),
					property.values(), property.defaultValue().isEmpty() ? "" : "`" + property.defaultValue() + "`",
					property.description().replace("|", "\\|")))
			.collect(Collectors.joining("",
					"%n## `%s`%n%n| property | type | default | what it does |%n| --- | --- | --- | --- |%n"
						.formatted(prefix),
					""));
	}

	@SuppressWarnings("unchecked")
	private static Stream<Property> read(String resource) {
		try {
			String json = new ClassPathResource(resource).getContentAsString(StandardCharsets.UTF_8);
			return ((List<Map<String, Object>>) JsonParserFactory.getJsonParser().parseMap(json).get("properties"))
				.stream()
				.map(Property::of);
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	private record Property(String name, String type, String defaultValue, String description) {

		static Property of(Map<String, Object> metadata) {
			return new Property((String) metadata.get("name"), (String) metadata.get("type"),
					String.valueOf(metadata.getOrDefault("defaultValue", "")),
					(String) metadata.getOrDefault("description", ""));
		}

		String values() {
			Class<?> known = ClassUtils.isPresent(this.type, null) ? ClassUtils.resolveClassName(this.type, null)
					: Object.class;
			if (known.isEnum()) {
				return Stream.of(known.getEnumConstants())
					.map((constant) -> "`" + constant.toString().toLowerCase(Locale.ROOT).replace('_', '-') + "`")
					.collect(Collectors.joining(", "));
			}
			return this.type.replaceAll("[\\w.]+\\.(\\w+)", "$1")
				.replace("Long", "whole number")
				.replace("Integer", "whole number")
				.replace("BigDecimal", "number")
				.replace("String", "text")
				.replace("Boolean", "`true`, `false`")
				.replace("Duration", "duration")
				.replaceAll("List<(.*)>", "list of $1");
		}

	}

}
