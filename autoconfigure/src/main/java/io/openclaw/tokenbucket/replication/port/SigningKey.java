package io.openclaw.tokenbucket.replication.port;

import java.nio.charset.StandardCharsets;

import javax.crypto.Mac;

import io.openclaw.tokenbucket.limiter.HmacSha256;

/**
 * The key under which messages of one namespace are signed, derived from a secret.
 * Thread-safe.
 */
public final class SigningKey {

	public static final int SIGNATURE_BYTES = HmacSha256.BYTES;

	// No text in UTF-8 has this byte, so no id of an API key, an HMAC under the very
	// secret, is ever made of what this key is made of.
	private static final byte NO_TEXT = (byte) 0xFF;

	private static final String PURPOSE = "io.openclaw.tokenbucket messages of ";

	private final HmacSha256 hmac;

	private SigningKey(byte[] key) {
		this.hmac = new HmacSha256(key);
	}

	public static SigningKey derive(String secret, String namespace) {
		Mac mac = new HmacSha256(secret.getBytes(StandardCharsets.UTF_8)).begin();
		mac.update(NO_TEXT);
		return new SigningKey(mac.doFinal((PURPOSE + namespace).getBytes(StandardCharsets.UTF_8)));
	}

	/**
	 * The HMAC-SHA256 of the first bytes.
	 */
	public byte[] sign(byte[] bytes, int length) {
		Mac mac = this.hmac.begin();
		mac.update(bytes, 0, length);
		return mac.doFinal();
	}

}
