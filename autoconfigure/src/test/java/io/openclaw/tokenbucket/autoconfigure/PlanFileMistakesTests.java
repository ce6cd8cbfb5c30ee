package io.openclaw.tokenbucket.autoconfigure;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ReactiveWebApplicationContextRunner;
import org.springframework.cloud.gateway.config.GatewayProperties;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Files of plans with which no gateway starts.
 */
class PlanFileMistakesTests {

	@TempDir
	Path directory;

	@ParameterizedTest
	@CsvSource(delimiter = '|', textBlock = """
			apis: {gold: [a]}            | names the limit 'apis'
			api: {platinum: [a]}         | names the plan 'platinum' of the limit 'api'
			api: [a]                     | api is no map
			api: {gold: a}               | api.gold is no list of keys
			api: {gold: [[a]]}           | api.gold is no list of keys
			api: {gold: [a], silver: [a]} | the key is listed twice, for 'api.gold' and for 'api.silver'
			api: {gold: [a], gold: [b]}  | duplicate key
			'api: {gold: ['''']}'        | a key is never empty
			'- a'                        | it is no map
			!!java.io.File [a]           | no YAML that can be read
			""")
	void aMistakeIsNamed(String content, String reason) throws IOException {
		fails(Files.writeString(this.directory.resolve("plans.yml"), content), reason);
	}

	@Test
	void aFileThatIsNotThereIsNamed() {
		fails(this.directory.resolve("plans.yml"), "there is no such file");
	}

	@Test
	void noMoreKeysAreTakenThanThereMayBe() throws IOException {
		String keys = IntStream.rangeClosed(0, PlanFileReader.MAX_KEYS)
			.mapToObj((key) -> "    - k" + key)
			.collect(Collectors.joining("\n", "api:\n  gold:\n", "\n"));
		fails(Files.writeString(this.directory.resolve("plans.yml"), keys), "more than 100000 keys");
	}

	@Test
	void noMoreBytesAreReadThanThereMayBe() throws IOException {
		fails(Files.writeString(this.directory.resolve("plans.yml"), "#".repeat(PlanFileReader.MAX_BYTES + 1)),
				"longer than");
	}

	private void fails(Path file, String reason) {
		new ReactiveWebApplicationContextRunner()
			.withConfiguration(AutoConfigurations.of(OpenClawLimiterAutoConfiguration.class,
					OpenClawGatewayAutoConfiguration.class))
			.withBean(GatewayProperties.class)
			.withPropertyValues("openclaw.buckets.api.capacity=10", "openclaw.buckets.api.refill-rate-per-second=1",
					"openclaw.buckets.api.key=user", "openclaw.buckets.api.overrides.gold.capacity=20",
					"openclaw.buckets.api.overrides.silver.capacity=15", "openclaw.plans.file=" + file)
			.run((context) -> assertThat(context).getFailure()
				.hasStackTraceContaining("openclaw.plans.file")
				.hasStackTraceContaining(reason));
	}

}
