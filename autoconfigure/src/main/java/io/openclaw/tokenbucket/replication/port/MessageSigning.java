package io.openclaw.tokenbucket.replication.port;

import java.security.MessageDigest;
import java.util.Arrays;
import java.util.List;

/**
 * Signs messages under secrets that all members share, and reads only what is signed. The
 * first secret signs, all verify, so that secrets can be replaced one step at a time. The
 * signature is an HMAC-SHA256 (RFC 2104) over all that precedes it, not truncated, under
 * a key of its own for each secret and namespace: what was recorded in one namespace is
 * worth nothing in another. Immutable and thread-safe.
 */
public final class MessageSigning {

	/** The type of the section that holds the signature; always the last. */
	public static final int SECTION = 127;

	/** Signs nothing and reads everything. */
	public static final MessageSigning NONE = new MessageSigning(List.of(), Unsigned.ACCEPT);

	private final List<SigningKey> keys;

	private final Unsigned unsigned;

	private MessageSigning(List<SigningKey> keys, Unsigned unsigned) {
		this.keys = keys;
		this.unsigned = unsigned;
	}

	/**
	 * Signs under shared secrets.
	 * @param secrets the first signs, all verify; none empty
	 * @param namespace tells fleets with the same secrets apart
	 * @param unsigned what happens to messages without a signature
	 * @return the signing; {@link #NONE} without secrets
	 */
	public static MessageSigning under(List<String> secrets, String namespace, Unsigned unsigned) {
		return secrets.isEmpty() ? NONE : new MessageSigning(
				secrets.stream().map((secret) -> SigningKey.derive(secret, namespace)).toList(), unsigned);
	}

	/**
	 * How much room a signature takes at the end of a message.
	 * @return bytes, zero if nothing is signed
	 */
	public int signatureBytes() {
		return this.keys.isEmpty() ? 0 : SigningKey.SIGNATURE_BYTES;
	}

	/**
	 * Writes the signature into the room that a message has for it.
	 * @param bytes the message
	 */
	public void sign(byte[] bytes) {
		if (!this.keys.isEmpty()) {
			int length = bytes.length - SigningKey.SIGNATURE_BYTES;
			System.arraycopy(this.keys.get(0).sign(bytes, length), 0, bytes, length, SigningKey.SIGNATURE_BYTES);
		}
	}

	/**
	 * Checks the signature of a message. Of what is not signed nothing is parsed but what
	 * shows that it is not.
	 * @param bytes the message
	 * @throws MalformedMessageException for the reason {@code unsigned} or
	 * {@code signature}
	 */
	public void verify(byte[] bytes) throws MalformedMessageException {
		if (this.keys.isEmpty()) {
			return;
		}
		int length = bytes.length - SigningKey.SIGNATURE_BYTES;
		if (isSigned(bytes, length)) {
			verify(bytes, length);
		}
		else if (this.unsigned == Unsigned.REJECT) {
			throw new MalformedMessageException("unsigned");
		}
	}

	private void verify(byte[] bytes, int length) throws MalformedMessageException {
		byte[] signature = Arrays.copyOfRange(bytes, length, bytes.length);
		for (SigningKey key : this.keys) {
			// In constant time, lest its duration tell how much of a guess was right.
			if (MessageDigest.isEqual(signature, key.sign(bytes, length))) {
				return;
			}
		}
		throw new MalformedMessageException("signature");
	}

	// The section of the signature is always the last.
	private static boolean isSigned(byte[] bytes, int length) {
		return length >= 4 && bytes[length - 2] == SECTION && bytes[length - 1] == SigningKey.SIGNATURE_BYTES;
	}

	/**
	 * What happens to messages without a signature where there are secrets.
	 */
	public enum Unsigned {

		/** They are dropped, and with them whoever cannot sign. */
		REJECT,

		/**
		 * They are read, so that a fleet can begin to sign member by member.
		 */
		ACCEPT

	}

}
