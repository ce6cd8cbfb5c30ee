package io.openclaw.tokenbucket.replication.port;

import java.security.MessageDigest;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;

import org.jspecify.annotations.Nullable;

import io.openclaw.tokenbucket.limiter.NanoClock;
import io.openclaw.tokenbucket.replication.port.SecretMismatch.Reason;

/**
 * Signs messages under secrets that all members share, and accepts only signed messages.
 * The first secret signs, all verify, so that secrets can be replaced one step at a time.
 * The signature is a whole HMAC-SHA256 (RFC 2104) over all bytes before it. Each secret
 * and namespace has its own key, so a message recorded in one namespace is not accepted
 * in another. Remembers for a few seconds the senders whose messages were refused.
 * Thread-safe.
 */
public final class MessageSigning {

	/** The type of the section that holds the signature; always the last. */
	public static final int SECTION = 127;

	/** Signs nothing and reads everything. */
	public static final MessageSigning NONE = new MessageSigning(List.of(), Unsigned.ACCEPT, null);

	private final List<SigningKey> keys;

	private final Unsigned unsigned;

	private final @Nullable SecretMismatches mismatches;

	private MessageSigning(List<SigningKey> keys, Unsigned unsigned, @Nullable SecretMismatches mismatches) {
		this.keys = keys;
		this.unsigned = unsigned;
		this.mismatches = mismatches;
	}

	/**
	 * Signs under shared secrets.
	 * @param secrets the first signs, all verify; none empty
	 * @param namespace tells fleets with the same secrets apart
	 * @param unsigned what happens to messages without a signature
	 * @return the signing; without secrets one that signs nothing and reads everything
	 */
	public static MessageSigning under(List<String> secrets, String namespace, Unsigned unsigned) {
		return under(secrets, namespace, unsigned, NanoClock.SYSTEM);
	}

	/**
	 * The same by another clock.
	 * @param secrets the first signs, all verify; none empty
	 * @param namespace tells fleets with the same secrets apart
	 * @param unsigned what happens to messages without a signature
	 * @param clock bounds how long mismatches are remembered
	 * @return the signing
	 */
	public static MessageSigning under(List<String> secrets, String namespace, Unsigned unsigned, NanoClock clock) {
		return new MessageSigning(secrets.stream().map((secret) -> SigningKey.derive(secret, namespace)).toList(),
				secrets.isEmpty() ? Unsigned.ACCEPT : unsigned, new SecretMismatches(clock));
	}

	/**
	 * Senders whose messages are refused at present, since they have no common secret.
	 * @return a few of them
	 */
	public List<SecretMismatch> secretMismatches() {
		return (this.mismatches != null) ? this.mismatches.current() : List.of();
	}

	/**
	 * Whether others have signed their messages for some time, while there is no secret
	 * here. They may accept unsigned messages, and then announce that.
	 * @return whether any member does
	 */
	public boolean lacksSecretOfOthers() {
		return secretMismatches().stream().anyMatch((mismatch) -> mismatch.reason() == Reason.NO_SECRET_HERE);
	}

	/**
	 * The space for a signature at the end of a message.
	 * @return bytes, zero if nothing is signed
	 */
	public int signatureBytes() {
		return this.keys.isEmpty() ? 0 : SigningKey.SIGNATURE_BYTES;
	}

	/**
	 * Writes the signature into its space in the message.
	 * @param bytes the message
	 */
	public void sign(byte[] bytes) {
		if (!this.keys.isEmpty()) {
			int length = bytes.length - SigningKey.SIGNATURE_BYTES;
			System.arraycopy(this.keys.get(0).sign(bytes, length), 0, bytes, length, SigningKey.SIGNATURE_BYTES);
		}
	}

	/**
	 * Checks the signature of a message. Of an unsigned message, only the position of the
	 * signature is parsed.
	 * @param bytes the message
	 * @param claimed reads the node that a message claims to be from, never throws
	 * @throws MalformedMessageException for the reason {@code unsigned} or
	 * {@code signature}
	 */
	public void verify(byte[] bytes, Function<byte[], String> claimed) throws MalformedMessageException {
		int length = bytes.length - SigningKey.SIGNATURE_BYTES;
		boolean signed = isSigned(bytes, length);
		if (this.keys.isEmpty()) {
			if (signed) {
				remember(claimed.apply(bytes), Reason.NO_SECRET_HERE);
			}
			return;
		}
		if (signed) {
			verify(bytes, length, claimed);
		}
		else if (this.unsigned == Unsigned.REJECT) {
			remember(claimed.apply(bytes), Reason.UNSIGNED);
			throw new MalformedMessageException("unsigned");
		}
	}

	private void verify(byte[] bytes, int length, Function<byte[], String> claimed) throws MalformedMessageException {
		byte[] signature = Arrays.copyOfRange(bytes, length, bytes.length);
		for (SigningKey key : this.keys) {
			// In constant time, lest its duration tell how much of a guess was right.
			if (MessageDigest.isEqual(signature, key.sign(bytes, length))) {
				return;
			}
		}
		remember(claimed.apply(bytes), Reason.OTHER_SECRET);
		throw new MalformedMessageException("signature");
	}

	private void remember(String node, Reason reason) {
		if (this.mismatches != null) {
			this.mismatches.add(node, reason);
		}
	}

	// The section of the signature is always the last.
	private static boolean isSigned(byte[] bytes, int length) {
		return length >= 4 && bytes[length - 2] == SECTION && bytes[length - 1] == SigningKey.SIGNATURE_BYTES;
	}

	/**
	 * The treatment of messages without a signature if there are secrets.
	 */
	public enum Unsigned {

		/** They are dropped, so members that do not sign are not heard. */
		REJECT,

		/**
		 * They are accepted, so that a fleet can begin to sign member by member.
		 */
		ACCEPT

	}

}
