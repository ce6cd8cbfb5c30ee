package io.openclaw.tokenbucket.replication;

/**
 * What arrived is no message of this protocol.
 */
final class MalformedMessageException extends Exception {

	private final String reason;

	/**
	 * Creates the exception.
	 * @param reason one of few values, fit for a metric's label
	 */
	MalformedMessageException(String reason) {
		super(reason, null, false, false);
		this.reason = reason;
	}

	String reason() {
		return this.reason;
	}

}
