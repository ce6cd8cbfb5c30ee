package io.openclaw.tokenbucket.autoconfigure;

import java.math.BigDecimal;
import java.time.Duration;

import org.jspecify.annotations.Nullable;

import io.openclaw.tokenbucket.autoconfigure.diagnostics.OpenClawConfigurationException;

/**
 * Refuses values of properties.
 */
final class Checks {

	private Checks() {
	}

	static <T> T required(String property, @Nullable T value, String mend) {
		if (value == null) {
			throw new OpenClawConfigurationException(property, null, "it is missing", mend);
		}
		return value;
	}

	static <T extends Comparable<T>> T between(String property, T value, T least, T most) {
		if (value.compareTo(least) < 0 || value.compareTo(most) > 0) {
			throw new OpenClawConfigurationException(property, show(value), "it is out of range",
					"Set it to at least %s and at most %s.".formatted(show(least), show(most)));
		}
		return value;
	}

	static String name(String property, String value, int maxLength) {
		if (value.length() > maxLength || !value.matches("[A-Za-z0-9._-]+")) {
			throw new OpenClawConfigurationException(property, value, "it is not a name that can be used",
					"Use 1 to %d letters, digits, dots, dashes and underscores.".formatted(maxLength));
		}
		return value;
	}

	static String show(Object value) {
		if (value instanceof Duration duration) {
			return duration.toMillis() + "ms";
		}
		return (value instanceof BigDecimal number) ? number.toPlainString() : value.toString();
	}

}
