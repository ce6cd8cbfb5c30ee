package io.openclaw.tokenbucket.persistence;

/**
 * A part of a snapshot file that cannot have been written by this fleet.
 */
public class SnapshotRejectedException extends RuntimeException {

	private final String reason;

	public SnapshotRejectedException(String reason) {
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
