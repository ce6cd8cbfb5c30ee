package io.openclaw.sample.redis;

/**
 * Another process listens where the embedded Redis server should.
 */
class PortTakenException extends EmbeddedRedisException {

	PortTakenException(int port) {
		super("Port " + port + " of 127.0.0.1 is taken by a program that does not answer as Redis does.", null);
	}

}
