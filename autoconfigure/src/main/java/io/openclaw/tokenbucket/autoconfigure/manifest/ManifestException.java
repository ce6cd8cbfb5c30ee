package io.openclaw.tokenbucket.autoconfigure.manifest;

/**
 * A mistake in a manifest.
 */
class ManifestException extends RuntimeException {

	private final String place;

	private final String reason;

	private final String mend;

	/**
	 * Creates an exception.
	 * @param place file, line, column and, where there is one, field
	 * @param reason what is wrong there, a clause
	 * @param mend how to mend it, a sentence
	 */
	ManifestException(String place, String reason, String mend) {
		super("%s: %s. %s".formatted(place, reason, mend));
		this.place = place;
		this.reason = reason;
		this.mend = mend;
	}

	String place() {
		return this.place;
	}

	String reason() {
		return this.reason;
	}

	String mend() {
		return this.mend;
	}

}
