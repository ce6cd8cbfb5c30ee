package io.openclaw.tokenbucket.limiter.port;

/**
 * What became of a state that arrived.
 */
public enum MergeResult {

	/** All of it was merged, or the bucket is not held here. */
	MERGED(""),

	/** It was merged without what cannot be. */
	CONTRADICTION("contradiction"),

	/** It was refused: both together are more than a bucket may count. */
	OVERFULL("overfull"),

	/**
	 * It was refused: its sender missed more than one fold, and takes over what it is
	 * told.
	 */
	OUTDATED("outdated");

	private final String reason;

	MergeResult(String reason) {
		this.reason = reason;
	}

	/**
	 * Why not all of it was merged.
	 * @return one of the reasons for which messages are rejected, empty if all was merged
	 */
	public String reason() {
		return this.reason;
	}

	/**
	 * Whether all of it was merged.
	 */
	public boolean isAccepted() {
		return this == MERGED;
	}

}
