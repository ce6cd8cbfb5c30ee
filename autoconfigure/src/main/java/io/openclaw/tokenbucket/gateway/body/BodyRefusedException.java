package io.openclaw.tokenbucket.gateway.body;

/**
 * Ends a body whose further pieces may not pass. Has no stack trace: it is no fault, and
 * callers can cause any number of it.
 */
public class BodyRefusedException extends RuntimeException {

	/**
	 * Creates an exception.
	 */
	public BodyRefusedException() {
		super("A limit does not let the rest of the request pass", null, false, false);
	}

}
