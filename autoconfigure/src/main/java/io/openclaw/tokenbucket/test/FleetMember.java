package io.openclaw.tokenbucket.test;

import java.net.URI;

import org.springframework.context.ConfigurableApplicationContext;

import io.openclaw.tokenbucket.replication.Replicator;
import io.openclaw.tokenbucket.replication.ReplicationStatus;

/**
 * One gateway of an {@link InMemoryFleet}. Immutable.
 *
 * @param node its id in the fleet
 * @param context its application context
 */
public record FleetMember(String node, ConfigurableApplicationContext context) {

	/**
	 * Where the gateway listens.
	 * @return its address
	 * @throws IllegalStateException if the application has no web server
	 */
	public URI url() {
		return URI.create("http://localhost:" + this.context.getEnvironment().getRequiredProperty("local.server.port"));
	}

	/**
	 * A bucket as this gateway sees it.
	 * @param limit the name of a limit
	 * @param key what the caller sends
	 * @return the bucket, as of {@link TestBuckets#bucket}
	 */
	public TestBucket bucket(String limit, String key) {
		return TestBuckets.of(this.context).bucket(limit, key);
	}

	/**
	 * What this gateway knows of the others.
	 * @return its status now
	 */
	public ReplicationStatus status() {
		return this.context.getBean(Replicator.class).status();
	}

}
