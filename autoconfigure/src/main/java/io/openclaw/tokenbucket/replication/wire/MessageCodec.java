package io.openclaw.tokenbucket.replication.wire;

import io.openclaw.tokenbucket.replication.port.MalformedMessageException;
import io.openclaw.tokenbucket.replication.port.MessageSigning;

/**
 * The wire format as {@code docs/wire-format.md} describes it. Stateless and thread-safe.
 */
public final class MessageCodec {

	public static final int VERSION = 1;

	public static final int MAX_BYTES = 1 << 20;

	// Far more than any fleet has.
	public static final int MAX_PEERS = 1_000;

	// Twenty times what a sender puts into one message.
	public static final int MAX_BUCKETS = 10_000;

	// Twice what fits into one message where each entry takes bytes of its own.
	public static final int MAX_ENTRIES = 1 << 16;

	public static final int MAX_RANGES = 16;

	public static final int MAX_LIMITS = 10_000;

	// Of 500 buckets each.
	public static final int MAX_PARTS = 1 << 16;

	public static final int MAGIC = 0x0B;

	public static final int HAS_DIGEST = 1;

	public static final int HAS_BATCH = 2;

	public static final int HAS_TRANSFER = 4;

	public static final int WANTS_ACKNOWLEDGEMENT = 8;

	public static final int UNACKNOWLEDGED = 16;

	public static final int IS_WHOLE = 32;

	public static final int ALL_FLAGS = 63;

	private MessageCodec() {
	}

	/**
	 * Writes a message without a signature.
	 */
	public static byte[] encode(Message message) {
		return write(message, MessageSigning.NONE);
	}

	/**
	 * Writes a message, signed where there are secrets.
	 */
	public static byte[] write(Message message, MessageSigning signing) {
		byte[] bytes = new MessageWriter(message).write(signing.signatureBytes());
		signing.sign(bytes);
		return bytes;
	}

	/**
	 * Reads a message that needs no other to be understood.
	 * @throws MalformedMessageException if it is none, or not signed as it must be
	 */
	public static Message read(byte[] bytes, MessageSigning signing) throws MalformedMessageException {
		return read(bytes, signing, KnownAnnouncements.NONE);
	}

	/**
	 * Reads a message once its signature has been verified.
	 * @param known what its sender may have announced before
	 * @throws MalformedMessageException if it is none, or not signed as it must be
	 */
	public static Message read(byte[] bytes, MessageSigning signing, KnownAnnouncements known)
			throws MalformedMessageException {
		requireReadable(bytes);
		signing.verify(bytes, MessageCodec::claimedSender);
		return decode(bytes, known);
	}

	private static String claimedSender(byte[] bytes) {
		try {
			return new MessageReader(new WireReader(bytes), KnownAnnouncements.NONE).readSender().node();
		}
		catch (MalformedMessageException | IllegalArgumentException ex) {
			return "";
		}
	}

	/**
	 * Checks what is the same in all versions that there may ever be.
	 */
	private static void requireReadable(byte[] bytes) throws MalformedMessageException {
		if (bytes.length > MAX_BYTES) {
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

	/**
	 * Reads a message, signed or not.
	 * @param known what its sender may have announced before
	 * @throws MalformedMessageException if it is none
	 */
	public static Message decode(byte[] bytes, KnownAnnouncements known) throws MalformedMessageException {
		requireReadable(bytes);
		try {
			return new MessageReader(new WireReader(bytes), known).read();
		}
		catch (IllegalArgumentException | ArithmeticException ex) {
			throw new MalformedMessageException("range");
		}
	}

}
