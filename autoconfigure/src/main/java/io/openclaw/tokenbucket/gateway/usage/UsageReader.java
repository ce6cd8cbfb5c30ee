package io.openclaw.tokenbucket.gateway.usage;

import java.nio.ByteBuffer;
import java.util.OptionalLong;

import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonPointer;

import org.springframework.http.HttpHeaders;
import org.springframework.http.MediaType;

/**
 * Reads a number out of the body of a response while it passes. Keeps a bounded part of
 * it, and changes nothing. Mutable, for one thread at a time.
 */
public interface UsageReader {

	/**
	 * Reads the next piece.
	 * @param piece whose position is left at its limit
	 */
	void read(ByteBuffer piece);

	/**
	 * What was read so far.
	 * @return the last number found, rounded up, not negative; empty if there was none
	 */
	OptionalLong usage();

	/**
	 * A reader of a response.
	 * @param response the headers of the response
	 * @param field which number of its JSON is read: of the last event that has it, or
	 * the last line, where there are several
	 * @return the reader; {@code null} if the body is neither JSON nor a stream of
	 * events, or is encoded
	 */
	static @Nullable UsageReader of(HttpHeaders response, JsonPointer field) {
		if (!"identity".equalsIgnoreCase(response.getFirst(HttpHeaders.CONTENT_ENCODING))
				&& response.containsHeader(HttpHeaders.CONTENT_ENCODING)) {
			return null;
		}
		MediaType type = typeOf(response);
		if (type == null) {
			return null;
		}
		if (type.isCompatibleWith(MediaType.TEXT_EVENT_STREAM)) {
			return new EventStreamUsage(field);
		}
		return type.getSubtype().contains("json") ? new JsonUsage(field) : null;
	}

	private static @Nullable MediaType typeOf(HttpHeaders response) {
		try {
			return response.getContentType();
		}
		catch (IllegalArgumentException ex) {
			return null;
		}
	}

}
