package io.openclaw.sample.redis;

import org.jspecify.annotations.Nullable;

/**
 * There is no Redis server, and none can be started.
 */
class EmbeddedRedisException extends RuntimeException {

	EmbeddedRedisException(String message, @Nullable Throwable cause) {
		super(message, cause);
	}

}
