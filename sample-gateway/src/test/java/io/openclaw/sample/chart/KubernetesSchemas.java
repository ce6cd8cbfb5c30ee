package io.openclaw.sample.chart;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.reflect.InvocationTargetException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

import com.google.gson.JsonElement;
import com.google.gson.JsonParser;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * Checks objects strictly: a field that Kubernetes does not know is an error, as is an
 * API version that is not among those that both the oldest and the newest Kubernetes
 * serve.
 */
final class KubernetesSchemas {

	private static final Set<String> BUILT_IN = Set.of("v1", "apps/v1", "autoscaling/v2", "batch/v1",
			"networking.k8s.io/v1", "policy/v1");

	private static final Set<String> CUSTOM = Set.of("gateway.networking.k8s.io/v1", "keda.sh/v1alpha1",
			"monitoring.coreos.com/v1");

	private static final String CHAOS_MESH = "chaos-mesh.org/v1alpha1";

	private static final JsonMapper mapper = JsonMapper.builder().build();

	private final ObjectNode oldest = read("kubernetes-1.27.json");

	private final ObjectNode custom = read("custom-resources.json");

	private final ObjectNode chaosMesh = read("chaos-mesh.json");

	private final SchemaRegistry registry = SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_7);

	private final Map<String, Schema> schemas = new ConcurrentHashMap<>();

	private static ObjectNode read(String file) {
		try {
			return (ObjectNode) mapper
				.readTree(Files.readString(Path.of("src/test/resources/chart/schemas").resolve(file)));
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	/**
	 * What is wrong with an object.
	 * @param object the object
	 * @return a sentence each
	 */
	List<String> errors(JsonNode object) {
		String version = Rendered.text(object, "/apiVersion");
		if (CUSTOM.contains(version)) {
			return errors(object, this.custom);
		}
		if (CHAOS_MESH.equals(version)) {
			return errors(object, this.chaosMesh);
		}
		if (!BUILT_IN.contains(version)) {
			return List.of(version + " is not an API version that every supported Kubernetes serves");
		}
		List<String> errors = errors(object, this.oldest);
		return errors.isEmpty() ? newestErrors(object) : errors;
	}

	/**
	 * What is wrong with an object where only the newest Kubernetes is meant.
	 * @param object the object
	 * @return a sentence each
	 */
	List<String> newestErrors(JsonNode object) {
		String version = Rendered.text(object, "/apiVersion");
		if (CUSTOM.contains(version)) {
			return errors(object, this.custom);
		}
		String prefix = version.substring(version.indexOf('/') + 1).toUpperCase(Locale.ROOT);
		try {
			Class.forName("io.kubernetes.client.openapi.models." + prefix + Rendered.text(object, "/kind"))
				.getMethod("validateJsonElement", JsonElement.class)
				.invoke(null, JsonParser.parseString(object.toString()));
			return List.of();
		}
		catch (InvocationTargetException ex) {
			return List.of(String.valueOf(ex.getCause().getMessage()));
		}
		catch (ReflectiveOperationException ex) {
			return List.of("There is no such kind: " + ex.getMessage());
		}
	}

	private List<String> errors(JsonNode object, ObjectNode bundle) {
		String kind = Rendered.text(object, "/kind");
		if (bundle.at("/definitions/" + kind).isMissingNode()) {
			return List.of("There is no schema of the kind " + kind);
		}
		return schema(kind, bundle).validate(object)
			.stream()
			.map((error) -> error.getInstanceLocation() + ": " + error.getMessage())
			.toList();
	}

	private Schema schema(String kind, ObjectNode bundle) {
		return this.schemas.computeIfAbsent(kind, (key) -> {
			ObjectNode schema = bundle.deepCopy();
			schema.put("$ref", "#/definitions/" + key);
			return this.registry.getSchema(schema);
		});
	}

}
