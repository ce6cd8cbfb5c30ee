package io.openclaw.tokenbucket.documentation;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What pages name exists: links, classes, tests, properties, meters and profiles.
 */
class DocumentationTests {

	private static final Path ROOT = Path.of("..");

	private static final Pattern TYPE = Pattern.compile("[A-Z][a-z0-9]+(?:[A-Z][A-Za-z0-9]*)+");

	private static final Pattern MEMBER = Pattern.compile("(?:([A-Z]\\w+)\\.|…)([a-zA-Z]\\w+…?)");

	private static final Pattern TESTS = Pattern.compile("-D(?:it\\.)?test='?([\\w*,#]+)");

	private static final Pattern PROPERTY = Pattern.compile("(?<![\\w.])(openclaw(?:\\.[a-z<][a-z0-9<>\\[\\]-]*)+)");

	private static final Pattern METER = Pattern.compile("\\b(openclaw_[a-z_]+[a-z])\\b(?![*.])");

	private static final Pattern PROFILE = Pattern.compile("\\bmvn .*?-P(\\w+)");

	// Of others, and nowhere in our code.
	private static final Set<String> FOREIGN = Set.of("AsyncProxyManager", "AuditEventRepository",
			"Bucket4jRateLimiter", "ClientTrafficPolicy", "LoadBalancer", "ModifyResponseBody", "OutOfMemoryError",
			"RemoveResponseHeader", "SetResponseHeader", "SetStatus", "XxxTests");

	private static Sources sources;

	@BeforeAll
	static void readSources() throws IOException {
		sources = Sources.read(ROOT);
	}

	static Stream<Page> pages() throws IOException {
		try (Stream<Path> docs = Files.walk(ROOT.resolve("docs")); Stream<Path> top = Files.list(ROOT)) {
			List<Path> pages = Stream.concat(docs, top).filter((path) -> path.toString().endsWith(".md")).toList();
			return pages.stream().map(Page::read);
		}
	}

	@ParameterizedTest
	@MethodSource("pages")
	void whatAPageNamesExists(Page page) {
		assertThat(missing(page)).as("what %s names and is not there", page.path()).isEmpty();
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|', textBlock = """
			[link](no-such-page.md)                  | link no-such-page.md
			[anchor](docs/redis.md#no-such)          | link docs/redis.md#no-such
			`NoSuchBucket`                           | class NoSuchBucket
			`RefillTests.noSuchMethod`               | member RefillTests.noSuchMethod
			`…noSuchMethod`                          | member …noSuchMethod
			mvn test -Dtest='NoSuch*Tests'           | tests NoSuch*Tests
			mvn test -Dtest=RefillTests#noSuch*      | tests RefillTests#noSuch*
			`openclaw.crdt.no-such`                  | property openclaw.crdt.no-such
			`openclaw_no_such_total`                 | meter openclaw_no_such_total
			mvn -q -Pnosuch verify                   | profile nosuch
			""")
	void aMistakeIsFound(String text, String mistake) {
		assertThat(missing(new Page(ROOT.resolve("page.md"), text))).containsExactly(mistake);
	}

	@Test
	void namesThatExistAreFound() {
		assertThat(missing(new Page(ROOT.resolve("page.md"), """
				[redis](docs/redis.md#which-redis) `TokenBucketState` `openclaw.buckets.api.capacity`
				`openclaw.crdt.buses[0].url` `openclaw_crdt_messages_total{direction}` mvn -Pchaos verify
				mvn test -Dtest='*SimulationTests,RefillTests'
				"""))).isEmpty();
	}

	private static List<String> missing(Page page) {
		return Stream
			.of(links(page), types(page), members(page), tests(page),
					missing(page.all(METER), "meter ", sources::hasMeter), properties(page),
					missing(page.all(PROFILE), "profile ", sources::hasProfile))
			.flatMap((missing) -> missing)
			.distinct()
			.toList();
	}

	private static Stream<String> missing(List<String> names, String kind, Predicate<String> exists) {
		return names.stream().filter(exists.negate()).map(kind::concat);
	}

	private static Stream<String> links(Page page) {
		return missing(page.links(), "link ", (link) -> isThere(page, link));
	}

	private static boolean isThere(Page page, String link) {
		String[] parts = link.split("#", 2);
		Path target = parts[0].isEmpty() ? page.path() : page.path().resolveSibling(parts[0]);
		return (parts.length == 1) ? Files.exists(target)
				: Files.isRegularFile(target) && Page.read(target).anchors().contains(parts[1]);
	}

	private static Stream<String> types(Page page) {
		List<String> types = page.code().stream().filter((code) -> TYPE.matcher(code).matches()).toList();
		return missing(types, "class ", (type) -> FOREIGN.contains(type)
				|| (type.endsWith("Tests") ? sources.hasTests(type) : sources.hasWord(type)));
	}

	private static Stream<String> members(Page page) {
		return page.code()
			.stream()
			.map(MEMBER::matcher)
			.filter(Matcher::matches)
			.filter((code) -> !sources.hasMember(Objects.requireNonNullElse(code.group(1), ""), code.group(2)))
			.map((code) -> "member " + code.group());
	}

	private static Stream<String> tests(Page page) {
		List<String> tests = page.all(TESTS).stream().flatMap((names) -> Stream.of(names.split(","))).toList();
		return missing(tests, "tests ", DocumentationTests::areThere);
	}

	private static boolean areThere(String tests) {
		String[] parts = tests.split("#", 2);
		return parts[0].equals("None")
				|| (sources.hasTests(parts[0]) && (parts.length == 1 || sources.hasMember(parts[0], parts[1])));
	}

	private static Stream<String> properties(Page page) {
		List<String> properties = page.code()
			.stream()
			.flatMap((code) -> new Page(page.path(), code).all(PROPERTY).stream())
			.toList();
		return missing(properties, "property ", sources::hasProperty);
	}

}
