package io.openclaw.sample.chart;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;

import com.marcnuri.helm.Helm;
import com.marcnuri.helm.TemplateCommand;

/**
 * The chart of this repository, and the sets of values that tests render it with. What
 * was rendered once is kept.
 */
final class Chart {

	static final Path DIRECTORY = Path.of("../helm/openclaw-gateway").toAbsolutePath().normalize();

	static final String RELEASE = "edge";

	static final String NAMESPACE = "limits";

	static final String OLDEST = "1.27.0";

	static final String NEWEST = "1.35.0";

	private static final Path VALUES = Path.of("src/test/resources/chart/values");

	private static final Path REGIONS = Path.of("../docs/multi-region");

	private static final Map<String, Rendered> rendered = new ConcurrentHashMap<>();

	private Chart() {
	}

	/**
	 * The sets of values: those of tests, the examples that come with the chart, and one
	 * of several regions.
	 * @return their files by name
	 */
	static Map<String, List<Path>> valueSets() {
		Map<String, List<Path>> sets = new LinkedHashMap<>();
		for (Path directory : List.of(VALUES, DIRECTORY.resolve("examples"))) {
			try (Stream<Path> files = Files.list(directory)) {
				files.filter((file) -> !file.endsWith("prometheus-adapter.yaml"))
					.sorted()
					.forEach((file) -> sets.put(nameOf(directory) + "/" + nameOf(file).replace(".yaml", ""),
							List.of(file)));
			}
			catch (IOException ex) {
				throw new UncheckedIOException(ex);
			}
		}
		sets.put("regions/us-east-1",
				List.of(REGIONS.resolve("values.yaml"), REGIONS.resolve("values/us-east-1.yaml")));
		return sets;
	}

	private static String nameOf(Path path) {
		return path.getFileName().toString();
	}

	static Rendered render(String valueSet, String kubernetes) {
		return rendered.computeIfAbsent(valueSet + "@" + kubernetes, (key) -> {
			TemplateCommand command = command().withKubeVersion(kubernetes);
			valueSets().get(valueSet).forEach(command::withValuesFile);
			return new Rendered(command.call());
		});
	}

	/**
	 * Renders with a few values.
	 * @param values each {@code path=value}
	 * @return what was rendered
	 */
	static Rendered render(List<String> values) {
		TemplateCommand command = command().withKubeVersion(NEWEST);
		for (String value : values) {
			int equals = value.indexOf('=');
			command.set(value.substring(0, equals), value.substring(equals + 1));
		}
		return new Rendered(command.call());
	}

	private static TemplateCommand command() {
		return new Helm(WithHooks.directory).template().withName(RELEASE).withNamespace(NAMESPACE);
	}

	static Helm helm() {
		return new Helm(DIRECTORY);
	}

	static String read(String file) {
		try {
			return Files.readString(DIRECTORY.resolve(file));
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	/**
	 * A copy of the chart whose hooks are ordinary objects: rendered in this process,
	 * Helm leaves hooks out.
	 */
	private static final class WithHooks {

		static final Path directory = copy();

		private static Path copy() {
			try (Stream<Path> files = Files.walk(DIRECTORY)) {
				Path copy = Files.createTempDirectory("chart");
				for (Path file : files.sorted().toList()) {
					Path target = copy.resolve(DIRECTORY.relativize(file).toString());
					if (Files.isDirectory(file)) {
						Files.createDirectories(target);
					}
					else {
						Files.writeString(target, Files.readString(file).replace("helm.sh/hook", "openclaw.io/hook"));
					}
					target.toFile().deleteOnExit();
				}
				return copy;
			}
			catch (IOException ex) {
				throw new UncheckedIOException(ex);
			}
		}

	}

}
