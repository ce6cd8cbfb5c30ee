package io.openclaw.tokenbucket.observability.endpoint.web;

import java.util.Map;
import java.util.Set;

import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.exc.StreamReadException;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import org.springframework.util.MultiValueMap;

import io.openclaw.tokenbucket.observability.endpoint.RejectedFieldException;

/**
 * Reads the body of a write strictly: one JSON object whose fields are values, each of
 * them sent once. Thread-safe.
 */
final class WriteBodyReader {

	static final String BODY = "body";

	private final JsonMapper json = JsonMapper.builder()
		.enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
		.enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
		.build();

	/**
	 * Refuses what cannot be read, or can be read in two ways.
	 * @param body the bytes; none if the write has no body
	 * @param path names of the values that stand in the path
	 * @param query the parameters of the query
	 * @throws RejectedFieldException with the field or the place in the body
	 */
	void check(byte[] body, Set<String> path, MultiValueMap<String, String> query) {
		query.forEach((parameter, values) -> {
			requireNotInPath(parameter, path);
			requireOnce(parameter, values.size());
		});
		if (body.length == 0) {
			return;
		}
		for (Map.Entry<String, JsonNode> field : parse(body).properties()) {
			String name = field.getKey();
			requireNotInPath(name, path);
			requireOnce(name, query.containsKey(name) ? 2 : 1);
			requireValue(name, field.getValue());
		}
	}

	private JsonNode parse(byte[] body) {
		try {
			JsonNode root = this.json.readTree(body);
			if (!root.isObject()) {
				throw new RejectedFieldException(BODY, null, "must be a JSON object, and is " + kind(root));
			}
			return root;
		}
		catch (JacksonException ex) {
			throw new RejectedFieldException(BODY, null, "is no JSON that can be read: " + reason(ex));
		}
	}

	private static String reason(JacksonException ex) {
		String place = (ex.getLocation() != null)
				? "line %d, column %d: ".formatted(ex.getLocation().getLineNr(), ex.getLocation().getColumnNr()) : "";
		return place + ((ex instanceof StreamReadException) ? ex.getOriginalMessage() : "a second value follows");
	}

	private static void requireNotInPath(String name, Set<String> path) {
		if (path.contains(name)) {
			throw new RejectedFieldException(name, null, "is given by the path of the URL: leave it out");
		}
	}

	private static void requireOnce(String name, int times) {
		if (times > 1) {
			throw new RejectedFieldException(name, null, "must be sent once, in the body or in the query");
		}
	}

	private static void requireValue(String name, JsonNode value) {
		if (!value.isValueNode() || value.isNull()) {
			throw new RejectedFieldException(name, null,
					"must be a string, a number or true or false, and is " + kind(value));
		}
	}

	private static String kind(@Nullable JsonNode node) {
		if (node == null || node.isNull() || node.isMissingNode()) {
			return "null";
		}
		return node.isObject() ? "an object" : node.isArray() ? "a list" : "a single value";
	}

}
