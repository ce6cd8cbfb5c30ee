package io.openclaw.sample.regions;

/**
 * One region: its gateway, and its link to Redis. Immutable but for the link.
 *
 * @param name the name
 * @param port where its gateway listens
 * @param link its link to Redis
 */
record Region(String name, int port, RedisLink link) {

	String url() {
		return "http://localhost:" + this.port;
	}

}
