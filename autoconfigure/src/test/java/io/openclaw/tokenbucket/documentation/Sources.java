package io.openclaw.tokenbucket.documentation;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The code that pages speak of. Immutable.
 */
final class Sources {

	private static final Pattern NO_WORD = Pattern.compile("[^A-Za-z0-9]+");

	private static final Pattern METER = Pattern.compile("\"((?:openclaw|crdt)(?:[._][a-z]+)+)\"");

	private static final Pattern PROFILE = Pattern.compile("(?s)<profile>.*?<id>(\\w+)</id>");

	private final Map<String, Page> typeByName = new HashMap<>();

	private final Set<String> words = new HashSet<>();

	private final Set<String> meters = new HashSet<>();

	private final Set<String> profiles = new HashSet<>();

	private final List<String> properties;

	private Sources(Page configuration) {
		this.properties = Properties.of(configuration);
	}

	/**
	 * Reads the modules below a directory.
	 */
	static Sources read(Path root) throws IOException {
		Sources sources = new Sources(Page.read(root.resolve("docs/configuration.md")));
		for (String module : List.of("autoconfigure", "sample-gateway")) {
			Path directory = root.resolve(module);
			sources.profiles.addAll(Page.read(directory.resolve("pom.xml")).all(PROFILE));
			try (Stream<Path> files = Files.walk(directory.resolve("src"))) {
				files.filter((file) -> file.toString().endsWith(".java"))
					// It names what is not there, to be found.
					.filter((file) -> !file.endsWith("DocumentationTests.java"))
					.map(Page::read)
					.forEach(sources::add);
			}
		}
		sources.profiles.addAll(Page.read(root.resolve("pom.xml")).all(PROFILE));
		return sources;
	}

	private void add(Page source) {
		this.typeByName.put(source.path().getFileName().toString().replace(".java", ""), source);
		NO_WORD.splitAsStream(source.text()).forEach(this.words::add);
		this.meters.addAll(source.all(METER).stream().map((meter) -> meter.replace('.', '_')).toList());
	}

	/**
	 * Whether a word stands anywhere in the code, as a name of its own or of a library.
	 */
	boolean hasWord(String word) {
		return this.words.contains(word);
	}

	/**
	 * Whether there are tests of a name, in which a star stands for anything.
	 */
	boolean hasTests(String name) {
		Pattern pattern = Pattern.compile(name.replace("*", ".*"));
		return this.typeByName.keySet().stream().anyMatch((type) -> pattern.matcher(type).matches());
	}

	/**
	 * Whether a type has a member, as far as the type is ours.
	 * @param type its name, empty for any
	 * @param member the name, or how it begins where an ellipsis or a star follows
	 */
	boolean hasMember(String type, String member) {
		if (!type.isEmpty() && !this.typeByName.containsKey(type)) {
			return hasWord(type);
		}
		String name = member.replaceAll("[…*]$", "");
		String pattern = "(?:\\w[>\\]]? |\\.)" + Pattern.quote(name) + (name.equals(member) ? "\\b" : "");
		Stream<Page> types = type.isEmpty() ? this.typeByName.values().stream()
				: Stream.ofNullable(this.typeByName.get(type));
		Pattern declared = Pattern.compile(pattern);
		return types.map(Page::text)
			.filter((text) -> text.contains(name))
			.anyMatch((text) -> declared.matcher(text).find());
	}

	/**
	 * Whether a property is in the reference, or begins one that is, or is read by a
	 * test.
	 */
	boolean hasProperty(String property) {
		String pattern = Stream.of(property.split("\\.")).map(Sources::segment).collect(Collectors.joining("\\."));
		Pattern prefix = Pattern.compile(pattern + "(?:[.\\[].*)?");
		return this.properties.stream().anyMatch((known) -> prefix.matcher(known).matches())
				|| this.typeByName.values().stream().anyMatch((source) -> source.text().contains('"' + property));
	}

	// A name that users choose stands as <name> in the reference.
	private static String segment(String segment) {
		String name = segment.replaceAll("\\[.*", "");
		return "(?:" + (name.startsWith("<") ? "" : Pattern.quote(name) + "|") + "<\\w+>)(?:\\[<index>\\])?";
	}

	/**
	 * Whether there is a meter, as Prometheus shows its name.
	 */
	boolean hasMeter(String name) {
		String base = name.replaceAll("_(?:count|sum|max|bucket)$", "").replaceAll("_(?:total|seconds|bytes)$", "");
		return Stream.of(name, base).anyMatch(this.meters::contains);
	}

	boolean hasProfile(String profile) {
		return this.profiles.contains(profile);
	}

	/**
	 * The properties of the reference.
	 */
	private static final class Properties {

		private static final Pattern GROUP = Pattern.compile("(?m)^## `([^`]+)`\n((?:(?!## ).*\n?)*)");

		private static final Pattern ROW = Pattern.compile("(?m)^\\| `([a-z-]+)` \\|");

		static List<String> of(Page reference) {
			return GROUP.matcher(reference.text())
				.results()
				.flatMap((group) -> ROW.matcher(group.group(2))
					.results()
					.map((row) -> group.group(1) + "." + row.group(1)))
				.toList();
		}

	}

}
