package io.openclaw.sample.documents;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The Dockerfile of the sample, and {@code docs/compose.yaml}, as far as they can be held
 * to anything without a Docker daemon.
 */
class ImageTests {

	private static final Path DOCS = Path.of("../docs");

	private static final Pattern PINNED = Pattern.compile("[a-z0-9./-]+:(?!latest)[a-z0-9][a-zA-Z0-9._-]*");

	private final List<String> dockerfile = instructions();

	private final JsonNode compose = yaml(read(DOCS.resolve("compose.yaml")));

	@Test
	void imagesArePinned() {
		assertThat(argumentsOf("FROM")).isNotEmpty()
			.allSatisfy((image) -> assertThat(image.split(" ")[0]).matches(PINNED));
		assertThat(this.compose.at("/services").valueStream().map((service) -> service.at("/image").asString()))
			.allSatisfy((image) -> assertThat(image).matches(PINNED));
	}

	@Test
	void theGatewayRunsAsTheUserOfTheChartAndIsToldToStopItself() {
		String user = argumentsOf("USER").get(0);
		assertThat(read(Path.of("../helm/openclaw-gateway/templates/_helpers.tpl")))
			.contains("runAsUser: " + user.split(":")[0]);
		assertThat(this.dockerfile.get(this.dockerfile.size() - 1)).as("a shell would swallow the signal")
			.startsWith("ENTRYPOINT [\"java\"");
		assertThat(this.dockerfile.indexOf("USER " + user)).as("nothing is written after it")
			.isGreaterThan(lastIndexOf("RUN"))
			.isGreaterThan(lastIndexOf("COPY"));
	}

	@Test
	void everyLayerIsCopiedAndNothingBesideTheJarIsSent() {
		assertThat(argumentsOf("COPY").stream().filter((copy) -> copy.startsWith("--from=layers")))
			.extracting((copy) -> copy.replaceAll(".*/extracted/([a-z-]+)/ .*", "$1"))
			.containsExactly("dependencies", "spring-boot-loader", "snapshot-dependencies", "application");
		String jar = argumentsOf("COPY").get(0).split(" ")[0];
		assertThat(read(Path.of("Dockerfile.dockerignore")).lines()).containsExactly("*", "!" + jar);
	}

	@Test
	void threeGatewaysShareOneRedisAndOneSecret() {
		List<JsonNode> gateways = gateways();
		assertThat(gateways).hasSize(3);
		assertThat(gateways).allSatisfy((gateway) -> {
			assertThat(gateway.at("/environment/SPRING_DATA_REDIS_HOST").asString()).isEqualTo("redis");
			assertThat(gateway.at("/environment/OPENCLAW_CRDT_SECRET").asString()).isNotBlank();
			assertThat(gateway.at("/read_only").asBoolean()).isTrue();
		});
		assertThat(gateways).extracting((gateway) -> gateway.at("/environment/OPENCLAW_NODE_ID").asString())
			.doesNotHaveDuplicates();
	}

	@Test
	void prometheusScrapesEachGateway() {
		JsonNode prometheus = yaml(this.compose.at("/configs/prometheus/content").asString());
		JsonNode scraped = prometheus.at("/scrape_configs/0");
		assertThat(scraped.at("/metrics_path").asString()).isEqualTo("/metrics");
		assertThat(scraped.at("/static_configs/0/targets").valueStream().map(JsonNode::asString))
			.containsExactlyElementsOf(this.compose.at("/services")
				.propertyStream()
				.map(Map.Entry::getKey)
				.filter((name) -> name.startsWith("gateway-"))
				.map((name) -> name + ":8080")
				.toList());
	}

	@Test
	void whatIsMountedIsThere() {
		this.compose.at("/services").valueStream().forEach((service) -> {
			service.at("/volumes")
				.valueStream()
				.forEach((volume) -> assertThat(DOCS.resolve(volume.asString().split(":")[0])).exists());
			service.at("/configs")
				.valueStream()
				.forEach((config) -> assertThat(this.compose.at("/configs").has(config.at("/source").asString()))
					.isTrue());
		});
		this.compose.at("/configs")
			.valueStream()
			.forEach((config) -> assertThat(yaml(config.at("/content").asString()).isObject()).isTrue());
		assertThat(Path.of("..", this.compose.at("/services/gateway-1/build/dockerfile").asString())).exists();
	}

	private List<JsonNode> gateways() {
		return this.compose.at("/services")
			.propertyStream()
			.filter((service) -> service.getKey().startsWith("gateway-"))
			.map(Map.Entry::getValue)
			.toList();
	}

	private List<String> argumentsOf(String instruction) {
		return this.dockerfile.stream()
			.filter((line) -> line.startsWith(instruction + " "))
			.map((line) -> line.substring(instruction.length() + 1))
			.toList();
	}

	private int lastIndexOf(String instruction) {
		return this.dockerfile
			.lastIndexOf(instruction + " " + argumentsOf(instruction).get(argumentsOf(instruction).size() - 1));
	}

	private static List<String> instructions() {
		return Stream.of(read(Path.of("Dockerfile")).replaceAll("\\\\\n\\s*", "").split("\n"))
			.filter((line) -> !line.isBlank() && !line.startsWith("#"))
			.toList();
	}

	private static JsonNode yaml(String document) {
		LoaderOptions options = new LoaderOptions();
		options.setAllowDuplicateKeys(false);
		return JsonMapper.shared().valueToTree(new Yaml(new SafeConstructor(options)).load(document));
	}

	private static String read(Path file) {
		try {
			return Files.readString(file);
		}
		catch (IOException ex) {
			throw new AssertionError(ex);
		}
	}

}
