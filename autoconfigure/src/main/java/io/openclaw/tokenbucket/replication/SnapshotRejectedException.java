package io.openclaw.tokenbucket.replication;

/**
 * A part of a snapshot file that cannot have been written by this fleet.
 */
public class SnapshotRejectedException extends RuntimeException {

	private final String reason;

	SnapshotRejectedException(String reason) {
		super("the part was rejected: " + reason);
		this.reason = reason;
	}

	/**
	 * Why.
	 * @return one of the reasons for which messages are rejected
	 */
	public String getReason() {
		return this.reason;
	}

}
