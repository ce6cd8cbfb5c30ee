package io.openclaw.tokenbucket;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The map in {@code docs/how-it-works.md} shows every package, and names only what there
 * is.
 */
class CodeMapTests {

	private static final Path SOURCES = Path.of("src/main/java/io/openclaw/tokenbucket");

	private static final Path TESTS = Path.of("src/test/java/io/openclaw/tokenbucket");

	private static final Pattern SECTION = Pattern.compile("(?ms)^## The map of the code$(.*?)^## ");

	private static final Pattern ROOM = Pattern.compile("(?m)^ {4}((?:[a-z]+\\.)*([a-z]+))\\[\"<b>\\2</b>");

	private static final Pattern TYPE = Pattern.compile("`([A-Z]\\w+)`");

	private static final Pattern STEP = Pattern.compile("(?m)^(\\d+)\\. ");

	@Test
	void everyPackageIsOnTheMapAndNoOther() throws IOException {
		Set<String> packages = under(SOURCES, (file) -> file.getFileName().toString().equals("package-info.java")
				? SOURCES.relativize(file.getParent()).toString().replace('/', '.') : "");
		assertThat(all(ROOM, (match) -> match.group(1))).isEqualTo(packages);
	}

	@Test
	void everyTypeThatIsNamedExists() throws IOException {
		Set<String> types = under(SOURCES, CodeMapTests::typeOf);
		types.addAll(under(TESTS, CodeMapTests::typeOf));
		assertThat(types).containsAll(all(TYPE, (match) -> match.group(1)));
	}

	@Test
	void noWayHasMoreThanSixSteps() {
		assertThat(all(STEP, (match) -> match.group(1))).containsExactly("1", "2", "3", "4", "5", "6");
	}

	private static String typeOf(Path file) {
		return file.getFileName().toString().replace(".java", "");
	}

	private static Set<String> under(Path directory, Function<Path, String> name) throws IOException {
		try (Stream<Path> files = Files.walk(directory)) {
			return files.filter((file) -> file.toString().endsWith(".java"))
				.map(name)
				.filter((found) -> !found.isEmpty())
				.collect(Collectors.toCollection(TreeSet::new));
		}
	}

	private static Set<String> all(Pattern pattern, Function<MatchResult, String> part) {
		return pattern.matcher(map()).results().map(part).collect(Collectors.toCollection(TreeSet::new));
	}

	private static String map() {
		try {
			return SECTION.matcher(Files.readString(Path.of("../docs/how-it-works.md")))
				.results()
				.findFirst()
				.orElseThrow()
				.group(1);
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

}
