package io.openclaw.tokenbucket.replication.port;

/**
 * The standing of a process in the fleet.
 */
public enum Standing {

	/** It waits to be counted. */
	JOINING,

	/** It is counted, and has a share. */
	MEMBER,

	/** It has said goodbye. */
	LEAVING

}
