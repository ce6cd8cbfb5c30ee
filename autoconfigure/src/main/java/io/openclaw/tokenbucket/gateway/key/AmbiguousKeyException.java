package io.openclaw.tokenbucket.gateway.key;

import org.springframework.http.HttpStatus;
import org.springframework.web.server.ResponseStatusException;

/**
 * A request says more than once whose it is. This differs from a missing key: a caller
 * that wants to escape a limit could repeat itself where a missing key is let through.
 * Answered with 400, whatever the limit does with requests without a key.
 */
public class AmbiguousKeyException extends ResponseStatusException {

	/**
	 * Creates an exception.
	 * @param source what the request should have had, a noun phrase such as {@code a
	 * single value in the header X-API-Key}
	 */
	public AmbiguousKeyException(String source) {
		super(HttpStatus.BAD_REQUEST, "The request lacks " + source);
	}

	/**
	 * Leaves the stack trace out: callers can provoke as many as they like, and it would
	 * show nothing.
	 * @return this
	 */
	@Override
	public Throwable fillInStackTrace() {
		return this;
	}

}
