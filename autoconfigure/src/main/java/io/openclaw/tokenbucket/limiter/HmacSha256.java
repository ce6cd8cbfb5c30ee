package io.openclaw.tokenbucket.limiter;

import java.security.GeneralSecurityException;

import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * HMAC-SHA256 (RFC 2104, RFC 6234) under one key. Thread-safe.
 */
public final class HmacSha256 {

	/** The bytes of a code. */
	public static final int BYTES = 32;

	private static final String ALGORITHM = "HmacSHA256";

	private final SecretKeySpec key;

	// A Mac is not thread-safe; a copy spares finding the algorithm and deriving its
	// pads, but not every provider can copy.
	private final Mac prototype;

	/**
	 * Prepares a key.
	 * @param key at least one byte
	 * @throws IllegalArgumentException if there is none
	 */
	public HmacSha256(byte[] key) {
		this.key = new SecretKeySpec(key, ALGORITHM);
		this.prototype = newMac();
	}

	/**
	 * Begins a code.
	 * @return takes the bytes, for one thread
	 */
	public Mac begin() {
		try {
			return (Mac) this.prototype.clone();
		}
		catch (CloneNotSupportedException ex) {
			return newMac();
		}
	}

	private Mac newMac() {
		try {
			Mac mac = Mac.getInstance(ALGORITHM);
			mac.init(this.key);
			return mac;
		}
		catch (GeneralSecurityException ex) {
			throw new IllegalStateException("every Java platform has " + ALGORITHM, ex);
		}
	}

}
