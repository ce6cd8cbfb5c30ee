package io.openclaw.tokenbucket.observability.endpoint;

import org.springframework.boot.actuate.endpoint.Access;
import org.springframework.boot.actuate.endpoint.annotation.Endpoint;
import org.springframework.boot.actuate.endpoint.annotation.ReadOperation;

import io.openclaw.tokenbucket.observability.ReplicationStatusSource;

/**
 * {@link Endpoint @Endpoint} that shows members, buses and counts of replication.
 */
@Endpoint(id = "replication", defaultAccess = Access.READ_ONLY)
public class ReplicationEndpoint {

	private final ReplicationStatusSource replication;

	/**
	 * Creates the endpoint.
	 * @param replication tells how replication stands
	 */
	public ReplicationEndpoint(ReplicationStatusSource replication) {
		this.replication = replication;
	}

	/**
	 * Replication as seen from this member.
	 * @return the view
	 */
	@ReadOperation
	public ReplicationView replication() {
		return ReplicationView.of(this.replication.current());
	}

}
