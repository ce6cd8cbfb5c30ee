package io.openclaw.tokenbucket.observability;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * The examples of answers in {@code docs/observability.md}.
 */
final class GuideJson {

	// Their fields are names that somebody chose: the first stands for all.
	private static final Set<String> MAPS = Set.of("limits", "members", "overrides", "circuits");

	private GuideJson() {
	}

	/**
	 * The first example under a heading.
	 */
	static JsonNode exampleUnder(String heading) throws IOException {
		String guide = Files.readString(Path.of("../docs/observability.md"));
		int section = guide.indexOf("\n## `" + heading + "`\n");
		if (section < 0) {
			throw new IllegalArgumentException("no heading is " + heading);
		}
		int begin = guide.indexOf("```json\n", section) + "```json\n".length();
		return JsonMapper.builder().build().readTree(guide.substring(begin, guide.indexOf("```", begin)));
	}

	/**
	 * Fields that only one of two answers has, by their paths. Where either is empty or
	 * {@code null} nothing is compared.
	 */
	static List<String> differences(JsonNode example, JsonNode answer) {
		List<String> found = new ArrayList<>();
		compare("$", false, example, answer, found);
		return found;
	}

	private static void compare(String path, boolean map, JsonNode example, JsonNode answer, List<String> found) {
		if (example.isArray() && answer.isArray() || map && example.isObject() && answer.isObject()) {
			if (!example.isEmpty() && !answer.isEmpty()) {
				compare(path + "[]", false, example.valueStream().findFirst().orElseThrow(),
						answer.valueStream().findFirst().orElseThrow(), found);
			}
		}
		else if (example.isObject() && answer.isObject()) {
			Set<String> all = new TreeSet<>(example.propertyNames());
			all.addAll(answer.propertyNames());
			for (String field : all) {
				String at = path + "." + field;
				if (!example.has(field) || !answer.has(field)) {
					found.add(at + (example.has(field) ? " is only in the guide" : " is not in the guide"));
				}
				else {
					compare(at, MAPS.contains(field), example.get(field), answer.get(field), found);
				}
			}
		}
	}

}
