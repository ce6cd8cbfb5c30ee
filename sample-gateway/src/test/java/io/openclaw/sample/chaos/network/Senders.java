package io.openclaw.sample.chaos.network;

import java.nio.ByteBuffer;
import java.util.LinkedHashMap;
import java.util.Map;

import org.jspecify.annotations.Nullable;

/**
 * Who published the messages of late. Every message is different, for it bears a stamp,
 * and so is known by its bytes, whatever its format. Thread-safe.
 */
final class Senders {

	// A minute of a busy fleet of four.
	private static final int REMEMBERED = 20_000;

	private final Map<ByteBuffer, String> senders = new LinkedHashMap<>() {

		@Override
		protected boolean removeEldestEntry(Map.Entry<ByteBuffer, String> eldest) {
			return size() > REMEMBERED;
		}

	};

	synchronized void published(String sender, byte[] message) {
		this.senders.put(ByteBuffer.wrap(message), sender);
	}

	synchronized @Nullable String of(byte[] message) {
		return this.senders.get(ByteBuffer.wrap(message));
	}

}
