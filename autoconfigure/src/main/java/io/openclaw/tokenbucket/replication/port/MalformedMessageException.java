package io.openclaw.tokenbucket.replication.port;

/**
 * The bytes that arrived are no message of this protocol.
 */
public final class MalformedMessageException extends Exception {

	private final String reason;

	/**
	 * Creates the exception.
	 * @param reason one of few values, fit for a metric's label
	 */
	public MalformedMessageException(String reason) {
		super(reason, null, false, false);
		this.reason = reason;
	}

	public String reason() {
		return this.reason;
	}

}
