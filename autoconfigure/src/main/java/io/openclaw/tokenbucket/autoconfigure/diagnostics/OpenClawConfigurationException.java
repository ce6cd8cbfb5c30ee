package io.openclaw.tokenbucket.autoconfigure.diagnostics;

import org.jspecify.annotations.Nullable;

/**
 * A mistake in the configuration.
 */
public class OpenClawConfigurationException extends RuntimeException {

	private final String property;

	private final @Nullable String value;

	private final String reason;

	private final String mend;

	/**
	 * Creates an exception.
	 * @param property the full name of the property
	 * @param value what it says; {@code null} if it is not there
	 * @param reason what is wrong with it, a clause
	 * @param mend how to mend it, a sentence
	 */
	public OpenClawConfigurationException(String property, @Nullable Object value, String reason, String mend) {
		super("%s%s: %s. %s".formatted(property, (value != null) ? " = " + value : "", reason, mend));
		this.property = property;
		this.value = (value != null) ? value.toString() : null;
		this.reason = reason;
		this.mend = mend;
	}

	/**
	 * The property.
	 * @return its full name
	 */
	public String getProperty() {
		return this.property;
	}

	/**
	 * What the property says.
	 * @return the value; {@code null} if it is not there
	 */
	public @Nullable String getValue() {
		return this.value;
	}

	/**
	 * What is wrong with it.
	 * @return a clause
	 */
	public String getReason() {
		return this.reason;
	}

	/**
	 * How to mend it.
	 * @return a sentence
	 */
	public String getMend() {
		return this.mend;
	}

}
