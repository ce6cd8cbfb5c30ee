package io.openclaw.tokenbucket.autoconfigure.manifest;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.ConfigurableApplicationContext;

import io.openclaw.tokenbucket.autoconfigure.OpenClawLimiterAutoConfiguration;
import io.openclaw.tokenbucket.autoconfigure.OpenClawProperties;
import io.openclaw.tokenbucket.crdt.Limit;
import io.openclaw.tokenbucket.crdt.MicroTokens;
import io.openclaw.tokenbucket.limiter.TokenBucketLimiter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatException;

/**
 * Manifests as people import them.
 */
@ExtendWith(OutputCaptureExtension.class)
class ManifestTests {

	@TempDir
	private Path directory;

	@Test
	void aBucketIsTheLimitNamedDefault() throws IOException {
		write("""
				{
				  "bucket": {"capacity": 1000, "refillRatePerSecond": 0.5, "initialTokens": 500},
				  "crdt": {"replicationFactor": 5, "syncIntervalMs": 100},
				  "version": 7
				}""");
		try (ConfigurableApplicationContext context = start()) {
			Limit limit = context.getBean(TokenBucketLimiter.class).policy("default").limit();
			assertThat(limit.capacity()).isEqualTo(MicroTokens.ofTokens(1000));
			assertThat(limit.initial()).isEqualTo(MicroTokens.ofTokens(500));
			assertThat(limit.refillRate().tokensPerSecond()).isEqualTo(0.5);
			assertThat(limit.revision()).isEqualTo(7);
			OpenClawProperties properties = context.getBean(OpenClawProperties.class);
			assertThat(properties.crdt().replicationFactor()).isEqualTo(5);
			assertThat(properties.crdt().syncInterval()).isEqualTo(Duration.ofMillis(100));
			assertThat(properties.manifest().version()).isEqualTo("7");
		}
	}

	@Test
	void bucketsAreLimitsOfTheirNames() throws IOException {
		write("""
				{"buckets": {
				  "per-user": {"capacity": 10, "refillTokens": 600, "refillPeriod": "1m", "key": "user", "cost": 2,
				               "consistency": "strict", "onMissingKey": "shared"},
				  "perIp": {"capacity": 20, "refillRatePerSecond": 1, "key": "ip"}},
				 "version": "2026-11"}""");
		try (ConfigurableApplicationContext context = start()) {
			TokenBucketLimiter limiter = context.getBean(TokenBucketLimiter.class);
			assertThat(limiter.limits()).containsExactly("per-user", "perIp");
			assertThat(limiter.policy("per-user").limit().refillRate().tokensPerSecond()).isEqualTo(10);
			OpenClawProperties properties = context.getBean(OpenClawProperties.class);
			assertThat(properties.manifest().version()).isEqualTo("2026-11");
			assertThat(properties.revision()).isZero();
			assertThat(properties.buckets().get("per-user").cost()).isEqualTo("2");
		}
	}

	@Test
	void otherConfigurationBeatsTheManifest() throws IOException {
		write("{\"bucket\": {\"capacity\": 1000, \"refillRatePerSecond\": 1}}");
		try (ConfigurableApplicationContext context = start("--openclaw.buckets.default.capacity=5")) {
			assertThat(context.getBean(TokenBucketLimiter.class).policy("default").limit().capacity())
				.isEqualTo(MicroTokens.ofTokens(5));
		}
	}

	@Test
	void aPathAloneIsAFile() throws IOException {
		write("{\"version\": \"by-path\"}");
		String path = this.directory.resolve("bucket-config.json").toString();
		try (ConfigurableApplicationContext context = start("--spring.config.import=openclaw:" + path)) {
			assertThat(context.getBean(OpenClawProperties.class).manifest().version()).isEqualTo("by-path");
		}
	}

	@Test
	void aManifestThatIsNotThereFailsStartUpUnlessItIsOptional(CapturedOutput output) {
		assertThatException().isThrownBy(() -> start().close());
		assertThat(output).contains("APPLICATION FAILED TO START", "bucket-config.json");
		start("--spring.config.import=optional:openclaw:" + location()).close();
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|',
			textBlock = """
					{\\n "bucket": {"capacity": "lots"}}        | line 2, column 25, field 'bucket.capacity'  | a whole number but is lots
					{\\n "bucket": {"capacity": 1.5}}           | line 2, column 25, field 'bucket.capacity'  | a whole number but is 1.5
					{\\n "bucket": {"capcity": 5}}              | line 2, column 24, field 'bucket.capcity'   | The fields here are capacity,
					{"buckets":\\n {"a": 5}}                    | line 2, column 8, field 'buckets.a'         | must be an object
					{"bukkets": {}}                             | line 1, column 13, field 'bukkets'          | bucket, buckets, crdt, version
					{"crdt": {"syncIntervalMs": "fast"}}        | field 'crdt.syncIntervalMs'                 | a whole number
					{"version": true}                           | field 'version'                             | a whole number, or text
					{"version": 1,\\n "version": 2}             | line 2                                      | this is no JSON
					{"version": 1\\n "bucket": {}}              | line 2                                      | this is no JSON
					[]                                          | line 1, column 1                            | must be an object
					{} {}                                       | line 1, column 4                            | something follows
					""")
	void aMistakeNamesItsLineAndField(String manifest, String place, String text, CapturedOutput output)
			throws IOException {
		write(manifest.replace("\\n", "\n"));
		assertThatException().isThrownBy(() -> start().close());
		assertThat(output).contains("APPLICATION FAILED TO START", "manifest is not valid", "bucket-config.json]",
				place, text);
	}

	@Test
	void aValueOutOfRangeNamesItsLineAndField(CapturedOutput output) throws IOException {
		write("{\n \"bucket\": {\"capacity\": -5, \"refillRatePerSecond\": 1}}");
		assertThatException().isThrownBy(() -> start().close());
		assertThat(output).contains("Property: openclaw.buckets.default.capacity", "at least 1",
				"bucket-config.json], line 2, column 25, field 'bucket.capacity'");
	}

	/** Whoever may write a manifest must not have properties of the process shown. */
	@ParameterizedTest
	@ValueSource(strings = { "${user.home}", "${user.home:x}", "#{systemProperties['user.home']}",
			"a\\${b${user.home}}", "\\\\${user.home}", "${", "$" + "{{user.home}}" })
	void textIsTakenAsItIs(String text) throws IOException {
		write("{\"version\": \"%s\", \"bucket\": {\"capacity\": 1, \"refillRatePerSecond\": 1, \"key\": \"%1$s\"}}"
			.formatted(text.replace("\\", "\\\\")));
		try (ConfigurableApplicationContext context = start()) {
			OpenClawProperties properties = context.getBean(OpenClawProperties.class);
			assertThat(properties.manifest().version()).isEqualTo(text);
			assertThat(properties.buckets().get("default").key()).isEqualTo(text);
			assertThat(context.getEnvironment().getProperty("openclaw.manifest.version")).isEqualTo(text);
			assertThat(context.getEnvironment().resolvePlaceholders("<${openclaw.manifest.version}>"))
				.isEqualTo("<" + text + ">");
		}
	}

	@ParameterizedTest
	@ValueSource(strings = { "${user.name}", "#{1}", "a].capacity", "a][b", "a b", "", "a:b", "\u00e4" })
	void aNameThatCannotBeUsedNamesItsLineAndField(String name, CapturedOutput output) throws IOException {
		write("{\n\"buckets\": {\"%s\": {\"capacity\": 1, \"refillRatePerSecond\": 1}}}".formatted(name));
		assertThatException().isThrownBy(() -> start().close());
		assertThat(output).contains("manifest is not valid", "line 2", "field 'buckets." + name + "'",
				"letters, digits, dots");
	}

	@Test
	void anEmptyFileIsNoManifest(CapturedOutput output) throws IOException {
		write("");
		assertThatException().isThrownBy(() -> start().close());
		assertThat(output).contains("manifest is not valid", "must be an object");
	}

	private void write(String manifest) throws IOException {
		Files.writeString(this.directory.resolve("bucket-config.json"), manifest);
	}

	private String location() {
		return this.directory.resolve("bucket-config.json").toUri().toString();
	}

	private ConfigurableApplicationContext start(String... arguments) {
		return new SpringApplicationBuilder(Application.class).web(WebApplicationType.NONE)
			.properties("spring.config.import=openclaw:" + location(), "server.port=0")
			.run(arguments);
	}

	@SpringBootConfiguration(proxyBeanMethods = false)
	@ImportAutoConfiguration(OpenClawLimiterAutoConfiguration.class)
	static class Application {

	}

}
