package io.openclaw.sample.chart;

import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.StreamSupport;

import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * What the chart was rendered to. A key that stands twice is refused.
 */
final class Rendered {

	private static final JsonMapper mapper = JsonMapper.builder().build();

	private final List<JsonNode> objects;

	Rendered(String documents) {
		this.objects = StreamSupport.stream(yaml().loadAll(documents).spliterator(), false)
			.filter(Objects::nonNull)
			.map((document) -> (JsonNode) mapper.valueToTree(document))
			.toList();
	}

	static JsonNode parse(String document) {
		return mapper.valueToTree(yaml().load(document));
	}

	private static Yaml yaml() {
		LoaderOptions options = new LoaderOptions();
		options.setAllowDuplicateKeys(false);
		return new Yaml(new SafeConstructor(options));
	}

	List<JsonNode> objects() {
		return this.objects;
	}

	List<JsonNode> ofKind(String kind) {
		return this.objects.stream().filter((object) -> kind.equals(text(object, "/kind"))).toList();
	}

	JsonNode one(String kind) {
		List<JsonNode> found = ofKind(kind);
		if (found.size() != 1) {
			throw new AssertionError(found.size() + " objects of the kind " + kind);
		}
		return found.get(0);
	}

	JsonNode named(String kind, String name) {
		return ofKind(kind).stream()
			.filter((object) -> name.equals(text(object, "/metadata/name")))
			.findFirst()
			.orElseThrow(() -> new AssertionError("No %s %s".formatted(kind, name)));
	}

	/**
	 * Templates of pods, wherever they are.
	 * @return each with {@code metadata} and {@code spec}
	 */
	List<JsonNode> pods() {
		return this.objects.stream().map(Rendered::podOf).filter((pod) -> !pod.isMissingNode()).toList();
	}

	static JsonNode podOf(JsonNode object) {
		return switch (text(object, "/kind")) {
			case "Deployment", "StatefulSet", "Job" -> object.at("/spec/template");
			case "CronJob" -> object.at("/spec/jobTemplate/spec/template");
			case "Pod" -> object;
			default -> object.at("/no/such");
		};
	}

	static String text(JsonNode node, String pointer) {
		return node.at(pointer).asString("");
	}

	static String describe(JsonNode object) {
		return text(object, "/kind") + " " + text(object, "/metadata/name");
	}

	@SuppressWarnings("unchecked")
	static Map<String, String> map(JsonNode node) {
		return node.isMissingNode() ? Map.of() : mapper.convertValue(node, Map.class);
	}

}
