package io.openclaw.sample.redis;

import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;

/**
 * Says what to do when there is no Redis server.
 */
class EmbeddedRedisFailureAnalyzer extends AbstractFailureAnalyzer<EmbeddedRedisException> {

	@Override
	protected FailureAnalysis analyze(Throwable rootFailure, EmbeddedRedisException cause) {
		String action = (cause instanceof PortTakenException)
				? "Choose another port with spring.data.redis.port (the same for every gateway), or name a Redis "
						+ "server with spring.data.redis.host."
				: "Name a Redis server with spring.data.redis.host and spring.data.redis.port. The one that the sample "
						+ "brings needs glibc and OpenSSL 3 on Linux, and a temporary directory from which programs "
						+ "may run (-Djava.io.tmpdir).";
		return new FailureAnalysis(cause.getMessage(), action, cause);
	}

}
