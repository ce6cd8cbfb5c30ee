package io.openclaw.tokenbucket.replication.port;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;

import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * The key under which messages of one namespace are signed, derived from a secret.
 * Thread-safe.
 */
public final class SigningKey {

	public static final int SIGNATURE_BYTES = 32;

	private static final String ALGORITHM = "HmacSHA256";

	// No text in UTF-8 has this byte, so no id of an API key, an HMAC under the very
	// secret, is ever made of what this key is made of.
	private static final byte NO_TEXT = (byte) 0xFF;

	private static final String PURPOSE = "io.openclaw.tokenbucket messages of ";

	private final SecretKeySpec key;

	private final Mac prototype;

	private SigningKey(byte[] key) {
		this.key = new SecretKeySpec(key, ALGORITHM);
		this.prototype = newMac();
	}

	public static SigningKey derive(String secret, String namespace) {
		Mac mac = new SigningKey(secret.getBytes(StandardCharsets.UTF_8)).prototype;
		mac.update(NO_TEXT);
		return new SigningKey(mac.doFinal((PURPOSE + namespace).getBytes(StandardCharsets.UTF_8)));
	}

	/**
	 * The HMAC-SHA256 of the first bytes.
	 */
	public byte[] sign(byte[] bytes, int length) {
		Mac mac = copyOfPrototype();
		mac.update(bytes, 0, length);
		return mac.doFinal();
	}

	// A Mac is not thread-safe; a copy spares finding the algorithm and deriving its
	// pads, but not every provider can copy.
	private Mac copyOfPrototype() {
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
