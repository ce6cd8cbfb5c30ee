package io.openclaw.tokenbucket.autoconfigure;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.env.YamlPropertySourceLoader;
import org.springframework.boot.test.context.runner.ReactiveWebApplicationContextRunner;
import org.springframework.cloud.gateway.config.GatewayProperties;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.core.io.ByteArrayResource;

import io.openclaw.tokenbucket.gateway.RequestLimits;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The examples of docs/limits-and-keys.md.
 */
class LimitsAndKeysGuideTests {

	private static final Path GUIDE = Path.of("..", "docs", "limits-and-keys.md");

	private static final Pattern EXAMPLE = Pattern.compile("```yaml\n(.*?)```", Pattern.DOTALL);

	private static final Pattern LIMIT = Pattern.compile("^ +([a-z-]+): *(?:\\{capacity|\n +capacity)",
			Pattern.MULTILINE);

	static Stream<String> examples() throws IOException {
		return EXAMPLE.matcher(Files.readString(GUIDE)).results().map((example) -> example.group(1));
	}

	@ParameterizedTest
	@MethodSource("examples")
	void anExampleStartsWithTheLimitsThatItNames(String example) {
		List<String> names = LIMIT.matcher(example).results().map(LimitsAndKeysGuideTests::name).toList();
		assertThat(names).isNotEmpty();
		new ReactiveWebApplicationContextRunner()
			.withConfiguration(AutoConfigurations.of(OpenClawLimiterAutoConfiguration.class,
					OpenClawGatewayAutoConfiguration.class))
			.withBean(GatewayProperties.class)
			.withInitializer((context) -> configure(context, example))
			.run((context) -> {
				assertThat(context).hasNotFailed();
				assertThat(context.getBean(RequestLimits.class).names()).containsExactlyInAnyOrderElementsOf(names);
			});
	}

	@Test
	void thereAreExamplesOfEverything() throws IOException {
		assertThat(examples()).hasSize(10);
	}

	private static String name(MatchResult limit) {
		return limit.group(1);
	}

	private static void configure(ConfigurableApplicationContext context, String yaml) {
		try {
			new YamlPropertySourceLoader().load("example", new ByteArrayResource(yaml.getBytes(StandardCharsets.UTF_8)))
				.forEach((source) -> context.getEnvironment().getPropertySources().addFirst(source));
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

}
