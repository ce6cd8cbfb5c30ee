package io.openclaw.tokenbucket.simulation;

/**
 * Something that must hold does not.
 */
final class Violation extends RuntimeException {

	Violation(String message) {
		super(message);
	}

}
