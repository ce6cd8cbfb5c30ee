package io.openclaw.tokenbucket.observability.endpoint;

import java.nio.charset.StandardCharsets;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import org.jspecify.annotations.Nullable;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import org.springframework.http.MediaType;
import org.springframework.restdocs.operation.preprocess.ContentModifier;

/**
 * Writes JSON for readers: what fits in a line is one.
 */
final class CompactJson implements ContentModifier {

	private static final int WIDTH = 110;

	private static final JsonMapper JSON = JsonMapper.builder()
		.enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
		.build();

	@Override
	public byte[] modifyContent(byte[] content, @Nullable MediaType type) {
		return (content.length == 0) ? content : write(JSON.readTree(content), "", 0).getBytes(StandardCharsets.UTF_8);
	}

	private static String write(JsonNode node, String indent, int before) {
		String line = line(node);
		if (indent.length() + before + line.length() <= WIDTH || !node.isContainer()) {
			return line;
		}
		String deeper = indent + "  ";
		Stream<String> lines = node.isObject()
				? node.propertyStream()
					.map((field) -> deeper + name(field.getKey())
							+ write(field.getValue(), deeper, name(field.getKey()).length()))
				: node.valueStream().map((element) -> deeper + write(element, deeper, 0));
		String all = lines.collect(Collectors.joining(",\n"));
		return node.isObject() ? "{\n" + all + "\n" + indent + "}" : "[\n" + all + "\n" + indent + "]";
	}

	private static String line(JsonNode node) {
		if (node.isObject()) {
			return node.propertyStream()
				.map((field) -> name(field.getKey()) + line(field.getValue()))
				.collect(Collectors.joining(", ", "{", "}"));
		}
		return node.isArray() ? node.valueStream().map(CompactJson::line).collect(Collectors.joining(", ", "[", "]"))
				: JSON.writeValueAsString(node);
	}

	private static String name(String field) {
		return JSON.writeValueAsString(field) + ": ";
	}

}
