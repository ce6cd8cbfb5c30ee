package io.openclaw.sample.chaos.network;

import java.nio.charset.StandardCharsets;
import java.util.List;

import org.jspecify.annotations.Nullable;

/**
 * One value of the protocol of Redis.
 *
 * @param bytes the whole of it, as it travels
 * @param words the strings in it, if it is a list of strings
 */
record RespFrame(byte[] bytes, List<byte[]> words) {

	/**
	 * What a client publishes with this command.
	 * @return the message, {@code null} if this is another command
	 */
	byte @Nullable [] published() {
		return thirdWordAfter("PUBLISH");
	}

	/**
	 * What is delivered to a subscriber with this value.
	 * @return the message, {@code null} if this is something else
	 */
	byte @Nullable [] delivered() {
		return thirdWordAfter("message");
	}

	private byte @Nullable [] thirdWordAfter(String first) {
		boolean matches = this.words.size() == 3
				&& first.equalsIgnoreCase(new String(this.words.get(0), StandardCharsets.US_ASCII));
		return matches ? this.words.get(2) : null;
	}

}
