package io.openclaw.tokenbucket.gateway.key;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.HexFormat;

import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

import org.jspecify.annotations.Nullable;

/**
 * Stands for keys that must not be seen by ids: the first 128 bits of their HMAC-SHA256,
 * as 32 hexadecimal digits. Members with the same secret agree on the id. Thread-safe.
 */
public final class KeyIds {

	private static final String ALGORITHM = "HmacSHA256";

	private static final int ID_BYTES = 16;

	// Without a secret an id hides a key only from those who cannot guess it.
	private static final String FALLBACK_SECRET = "io.openclaw.tokenbucket";

	private final SecretKeySpec secret;

	private final Mac prototype;

	/**
	 * Creates ids.
	 * @param secret the key of the HMAC, not empty; {@code null} for one that everybody
	 * knows, under which keys that can be guessed can also be found from their ids
	 */
	public KeyIds(@Nullable String secret) {
		byte[] bytes = ((secret != null) ? secret : FALLBACK_SECRET).getBytes(StandardCharsets.UTF_8);
		this.secret = new SecretKeySpec(bytes, ALGORITHM);
		this.prototype = newMac();
	}

	/**
	 * The id of a key.
	 * @param key the key
	 * @return 32 hexadecimal digits
	 */
	public String id(String key) {
		byte[] hash = copyOfPrototype().doFinal(key.getBytes(StandardCharsets.UTF_8));
		return HexFormat.of().formatHex(hash, 0, ID_BYTES);
	}

	// A Mac is not thread-safe; a copy spares finding the algorithm and deriving its
	// pads,
	// but not every provider can copy.
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
			mac.init(this.secret);
			return mac;
		}
		catch (GeneralSecurityException ex) {
			throw new IllegalStateException("every Java platform has " + ALGORITHM, ex);
		}
	}

}
