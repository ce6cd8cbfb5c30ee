package io.openclaw.tokenbucket.test;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What docs/testing.md shows is what the tests beside this one run.
 */
class TestingGuideTests {

	private static final Path GUIDE = Path.of("..", "docs", "testing.md");

	private static final Path TESTS = Path.of("src/test/java/io/openclaw/tokenbucket/test");

	private static final Pattern JAVA = Pattern.compile("```java\n(.*?)```", Pattern.DOTALL);

	// Users of the guide have one application, and need not say which.
	private static final String WHICH = ", \"spring.config.name=orders-gateway\"";

	static Stream<String> examples() throws IOException {
		return JAVA.matcher(Files.readString(GUIDE))
			.results()
			.map((example) -> example.group(1))
			.filter((example) -> !example.startsWith("import"));
	}

	@ParameterizedTest
	@MethodSource("examples")
	void anExampleIsRun(String example) throws IOException {
		String run = squeeze(Files.readString(TESTS.resolve("OrdersLimitTests.java")))
				+ squeeze(Files.readString(TESTS.resolve("InMemoryFleetTests.java")));
		// A class or a block may go on in the test.
		for (String part : List.of(example.split("\n\n"))) {
			assertThat(run).contains(squeeze(part.strip().replaceFirst("\n}$", "")));
		}
	}

	@Test
	void thereAreExamplesOfEverything() throws IOException {
		assertThat(examples()).hasSize(6);
	}

	private static String squeeze(String code) {
		return code.replaceAll("@Order\\(\\d\\)", "").replaceAll("\\s+", " ").replace(WHICH, "");
	}

}
