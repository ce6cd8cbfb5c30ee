package io.openclaw.tokenbucket.gateway.key;

import java.util.Locale;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;

import org.jspecify.annotations.Nullable;

/**
 * Reads the parameters of credentials (RFC 9110, section 11.2), of which neither the
 * order nor the quotes matter. A loop and no pattern: a caller chooses how long they are.
 * Confined to one text.
 */
final class AuthParameters {

	private final String text;

	private final SortedMap<String, String> values = new TreeMap<>();

	private int at;

	private AuthParameters(String text) {
		this.text = text;
	}

	/**
	 * Writes parameters in one spelling.
	 * @param text such as {@code realm=all, token="a"}
	 * @return the parameters by name in lower case, all of them quoted; {@code null} if
	 * the text is something else, has none, or names one twice
	 */
	static @Nullable String canonical(String text) {
		AuthParameters parameters = new AuthParameters(text);
		while (parameters.skip(" \t,") < text.length()) {
			if (!parameters.readOne()) {
				return null;
			}
		}
		return parameters.values.isEmpty() ? null
				: parameters.values.entrySet()
					.stream()
					.map((entry) -> entry.getKey() + "=\"" + entry.getValue().replaceAll("[\\\\\"]", "\\\\$0") + '"')
					.collect(Collectors.joining(", "));
	}

	private boolean readOne() {
		String name = readUntil(" \t,=\"").toLowerCase(Locale.ROOT);
		if (name.isEmpty() || skip(" \t") == this.text.length() || this.text.charAt(this.at) != '=') {
			return false;
		}
		this.at++;
		boolean quoted = skip(" \t") < this.text.length() && this.text.charAt(this.at) == '"';
		// More than the grammar allows without quotes: some schemes write slashes.
		String value = quoted ? readQuoted() : readUntil(" \t,\"");
		boolean ended = skip(" \t") == this.text.length() || this.text.charAt(this.at) == ',';
		return value != null && (quoted || !value.isEmpty()) && ended && this.values.put(name, value) == null;
	}

	private int skip(String characters) {
		while (this.at < this.text.length() && characters.indexOf(this.text.charAt(this.at)) >= 0) {
			this.at++;
		}
		return this.at;
	}

	private String readUntil(String characters) {
		int start = this.at;
		while (this.at < this.text.length() && characters.indexOf(this.text.charAt(this.at)) < 0) {
			this.at++;
		}
		return this.text.substring(start, this.at);
	}

	private @Nullable String readQuoted() {
		StringBuilder value = new StringBuilder();
		for (this.at++; this.at < this.text.length(); this.at++) {
			char character = this.text.charAt(this.at);
			if (character == '"') {
				this.at++;
				return value.toString();
			}
			if (character == '\\' && this.at + 1 < this.text.length()) {
				this.at++;
			}
			value.append(this.text.charAt(this.at));
		}
		return null;
	}

}
