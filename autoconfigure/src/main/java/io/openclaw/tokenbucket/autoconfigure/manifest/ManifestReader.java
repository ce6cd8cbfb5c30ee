package io.openclaw.tokenbucket.autoconfigure.manifest;

import java.io.InputStream;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.function.BiConsumer;
import java.util.regex.Pattern;

import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.TokenStreamLocation;
import tools.jackson.core.json.JsonFactory;

import org.springframework.boot.origin.OriginTrackedValue;
import org.springframework.core.io.Resource;

import io.openclaw.tokenbucket.autoconfigure.manifest.ManifestField.Type;

/**
 * Turns a manifest into properties that remember their line. Text is taken as it is:
 * neither placeholders nor expressions in it are resolved. Other checks, such as the
 * range of a capacity, are those of all properties. Confined to one manifest and thread.
 */
final class ManifestReader {

	private static final JsonFactory JSON = JsonFactory.builder()
		.enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
		.build();

	// Where a placeholder may begin. A backslash in front of it is Spring's escape.
	private static final Pattern PLACEHOLDER = Pattern.compile("\\$\\{(?=.*})", Pattern.DOTALL);

	private static final Pattern NAME = Pattern.compile("[A-Za-z0-9._-]+");

	private final Resource resource;

	private final Map<String, OriginTrackedValue> properties = new LinkedHashMap<>();

	ManifestReader(Resource resource) {
		this.resource = resource;
	}

	/**
	 * Reads a manifest.
	 * @param content JSON
	 * @return values by property
	 * @throws ManifestException if it is no JSON, or says what is not understood
	 */
	Map<String, OriginTrackedValue> read(InputStream content) {
		try (JsonParser json = JSON.createParser(ObjectReadContext.empty(), content)) {
			json.nextToken();
			readObject(json, "", (field, parser) -> readTopLevel(parser, field));
			if (json.nextToken() != null) {
				throw mistake(json, "", "something follows the manifest", "Remove it.");
			}
			return this.properties;
		}
		catch (JacksonException ex) {
			throw new ManifestException(origin(ex.getLocation(), "").toString(),
					"this is no JSON: " + ex.getOriginalMessage(), "Mend the JSON there.");
		}
	}

	private void readTopLevel(JsonParser json, String field) {
		switch (field) {
			case "bucket" -> readFields(json, field, "openclaw.buckets.default", ManifestField.BUCKET);
			case "buckets" -> readObject(json, field, (name, parser) -> readFields(parser, field + "." + name,
					"openclaw.buckets" + element(parser, field + "." + name, name), ManifestField.BUCKET));
			case "crdt" -> readFields(json, field, "openclaw.crdt", ManifestField.CRDT);
			case "version" -> readVersion(json);
			default -> throw unknown(json, field, List.of("bucket", "buckets", "crdt", "version"));
		}
	}

	private void readFields(JsonParser json, String path, String prefix, Map<String, ManifestField> known) {
		readObject(json, path, (name, parser) -> {
			ManifestField field = known.get(name);
			if (field == null) {
				throw unknown(parser, path + "." + name, known.keySet());
			}
			put(parser, path + "." + name, prefix + "." + field.property(), field.type());
		});
	}

	// A number that grows is a revision as well, so that a newer manifest wins.
	private void readVersion(JsonParser json) {
		put(json, "version", "openclaw.manifest.version", Type.TEXT_OR_WHOLE_NUMBER);
		if (json.currentToken() == JsonToken.VALUE_NUMBER_INT) {
			put(json, "version", "openclaw.revision", Type.WHOLE_NUMBER);
		}
	}

	private void readObject(JsonParser json, String path, BiConsumer<String, JsonParser> member) {
		if (json.currentToken() != JsonToken.START_OBJECT) {
			throw mistake(json, path, "this must be an object", "Write it in braces: { … }.");
		}
		while (json.nextToken() == JsonToken.PROPERTY_NAME) {
			String name = json.currentName();
			json.nextToken();
			member.accept(name, json);
		}
	}

	private void put(JsonParser json, String path, String property, Type type) {
		if (!type.accepts(json.currentToken())) {
			throw mistake(json, path, "this must be " + type + " but is " + json.getString(), "Change the value.");
		}
		this.properties.put(property,
				OriginTrackedValue.of(literal(json.getString()), origin(json.currentTokenLocation(), path)));
	}

	// Whoever writes a manifest must not be able to have properties of the process shown.
	private static String literal(String text) {
		return PLACEHOLDER.matcher(text).replaceAll("\\\\$0");
	}

	private String element(JsonParser json, String path, String name) {
		if (!NAME.matcher(name).matches()) {
			throw mistake(json, path, "this is not a name that can be used",
					"Use letters, digits, dots, dashes and underscores.");
		}
		return name.matches("[a-z0-9-]+") ? "." + name : "[" + name + "]";
	}

	private ManifestException unknown(JsonParser json, String path, Collection<String> known) {
		return mistake(json, path, "there is no such field",
				"The fields here are " + String.join(", ", new TreeSet<>(known)) + ".");
	}

	private ManifestException mistake(JsonParser json, String path, String reason, String mend) {
		return new ManifestException(origin(json.currentTokenLocation(), path).toString(), reason, mend);
	}

	private ManifestOrigin origin(TokenStreamLocation location, String path) {
		return new ManifestOrigin(this.resource, path, location.getLineNr(), location.getColumnNr());
	}

}
