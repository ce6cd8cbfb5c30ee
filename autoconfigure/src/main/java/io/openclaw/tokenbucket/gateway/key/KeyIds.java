package io.openclaw.tokenbucket.gateway.key;

import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.concurrent.atomic.AtomicReference;

import javax.crypto.Mac;

import org.jspecify.annotations.Nullable;

import io.openclaw.tokenbucket.limiter.HmacSha256;

/**
 * Stands for keys that must not be seen by ids: the first 128 bits of their HMAC-SHA256,
 * as 32 hexadecimal digits. Members with the same secret agree on the id. Thread-safe.
 */
public final class KeyIds {

	private static final int ID_BYTES = 16;

	// Without a secret an id hides a key only from those who cannot guess it.
	private static final String FALLBACK_SECRET = "io.openclaw.tokenbucket";

	private final HmacSha256 hmac;

	// What one thread used last, which spares most others a copy.
	private final AtomicReference<@Nullable Mac> spare = new AtomicReference<>();

	/**
	 * Creates ids.
	 * @param secret the key of the HMAC, not empty; {@code null} for one that everybody
	 * knows, under which keys that can be guessed can also be found from their ids
	 */
	public KeyIds(@Nullable String secret) {
		byte[] bytes = ((secret != null) ? secret : FALLBACK_SECRET).getBytes(StandardCharsets.UTF_8);
		this.hmac = new HmacSha256(bytes);
	}

	/**
	 * The id of a key.
	 * @param key the key
	 * @return 32 hexadecimal digits
	 */
	public String id(String key) {
		Mac last = this.spare.getAndSet(null);
		Mac mac = (last != null) ? last : this.hmac.begin();
		byte[] hash = mac.doFinal(key.getBytes(StandardCharsets.UTF_8));
		this.spare.set(mac);
		return HexFormat.of().formatHex(hash, 0, ID_BYTES);
	}

}
