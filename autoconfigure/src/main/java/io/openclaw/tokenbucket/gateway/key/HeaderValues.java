package io.openclaw.tokenbucket.gateway.key;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.List;

import org.jspecify.annotations.Nullable;

import org.springframework.http.HttpHeaders;

/**
 * Reads the values of a header. The server hands over each byte as one character, as
 * HTTP/1.1 had it once. Clients send UTF-8 today, and people write keys down in it: bytes
 * that are valid UTF-8 are read as that, others stay as they are.
 */
final class HeaderValues {

	private HeaderValues() {
	}

	/**
	 * Reads a header.
	 * @param headers all headers
	 * @param name the name of one
	 * @return its values; {@code null} if it is missing
	 */
	static @Nullable List<String> of(HttpHeaders headers, String name) {
		List<String> values = headers.get(name);
		return (values == null || areAscii(values)) ? values : values.stream().map(HeaderValues::decode).toList();
	}

	/**
	 * Reads one value.
	 * @param value as the server hands it over
	 * @return the text that the client sent
	 */
	static String decode(String value) {
		if (isAscii(value) || !value.chars().allMatch((character) -> character <= 0xff)) {
			return value;
		}
		try {
			ByteBuffer bytes = ByteBuffer.wrap(value.getBytes(StandardCharsets.ISO_8859_1));
			return StandardCharsets.UTF_8.newDecoder().decode(bytes).toString();
		}
		catch (CharacterCodingException ex) {
			return value;
		}
	}

	private static boolean areAscii(List<String> values) {
		for (String value : values) {
			if (!isAscii(value)) {
				return false;
			}
		}
		return true;
	}

	private static boolean isAscii(String value) {
		for (int i = 0; i < value.length(); i++) {
			if (value.charAt(i) > 0x7f) {
				return false;
			}
		}
		return true;
	}

}
