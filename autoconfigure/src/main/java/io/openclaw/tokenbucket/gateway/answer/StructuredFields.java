package io.openclaw.tokenbucket.gateway.answer;

/**
 * Text of structured field values, RFC 9651.
 */
final class StructuredFields {

	/** The largest integer that a structured field can carry. */
	static final long MAX_INTEGER = 999_999_999_999_999L;

	private StructuredFields() {
	}

	/**
	 * A String, section 3.3.3.
	 * @param text what it says; characters other than printable ASCII, which a String
	 * cannot carry, become question marks
	 * @return the quoted text
	 */
	static String string(String text) {
		StringBuilder quoted = new StringBuilder(text.length() + 2).append('"');
		for (int i = 0; i < text.length(); i++) {
			char character = text.charAt(i);
			if (character == '"' || character == '\\') {
				quoted.append('\\');
			}
			quoted.append((character >= 0x20 && character < 0x7f) ? character : '?');
		}
		return quoted.append('"').toString();
	}

	/**
	 * A non-negative Integer, section 3.3.1.
	 * @param value the value; what is out of range becomes the nearest one in it
	 * @return its digits
	 */
	static String integer(long value) {
		return Long.toString(Math.max(0, Math.min(value, MAX_INTEGER)));
	}

}
