package io.openclaw.tokenbucket.replication;

/**
 * The wire format as {@code docs/wire-format.md} describes it. Stateless and thread-safe.
 */
final class MessageCodec {

	static final int VERSION = 1;

	static final int MOST_BYTES = 1 << 20;

	// Far more than any fleet has.
	static final int MOST_PEERS = 1_000;

	// Twenty times what a sender puts into one message.
	static final int MOST_BUCKETS = 10_000;

	static final int MOST_LIMITS = 10_000;

	// Of 500 buckets each.
	static final int MOST_PARTS = 1 << 16;

	static final int MAGIC = 0x0B;

	static final int HAS_DIGEST = 1;

	static final int HAS_BATCH = 2;

	static final int HAS_TRANSFER = 4;

	static final int WANTS_ACKNOWLEDGEMENT = 8;

	static final int ALL_FLAGS = HAS_DIGEST | HAS_BATCH | HAS_TRANSFER | WANTS_ACKNOWLEDGEMENT;

	private MessageCodec() {
	}

	static byte[] encode(Message message) {
		return encode(message, 0);
	}

	/**
	 * Writes a message whose last bytes are the place of a signature.
	 * @param signatureBytes how many; with zero there is none
	 */
	static byte[] encode(Message message, int signatureBytes) {
		return new MessageWriter(message).write(signatureBytes);
	}

	/**
	 * Checks what is the same in all versions that there may ever be.
	 */
	static void requireReadable(byte[] bytes) throws MalformedMessageException {
		if (bytes.length > MOST_BYTES) {
			throw new MalformedMessageException("oversized");
		}
		if (bytes.length < 2) {
			throw new MalformedMessageException("truncated");
		}
		if (bytes[0] != MAGIC) {
			throw new MalformedMessageException("malformed");
		}
		if (bytes[1] != VERSION) {
			throw new MalformedMessageException("version");
		}
	}

	static Message decode(byte[] bytes) throws MalformedMessageException {
		requireReadable(bytes);
		try {
			return new MessageReader(new WireReader(bytes)).read();
		}
		catch (IllegalArgumentException | ArithmeticException ex) {
			throw new MalformedMessageException("range");
		}
	}

}
