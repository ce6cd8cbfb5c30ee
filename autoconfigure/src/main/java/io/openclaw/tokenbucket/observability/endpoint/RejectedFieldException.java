package io.openclaw.tokenbucket.observability.endpoint;

import org.jspecify.annotations.Nullable;

/**
 * A field of what an operator sent cannot be used.
 */
final class RejectedFieldException extends RuntimeException {

	private static final long serialVersionUID = 1L;

	private final String field;

	private final @Nullable String value;

	RejectedFieldException(String field, @Nullable String value, String detail) {
		super(detail);
		this.field = field;
		this.value = value;
	}

	FieldProblemView view() {
		String detail = String.valueOf(getMessage());
		return new FieldProblemView("about:blank", "Bad Request", 400, this.field + " " + detail, this.field,
				VisibleText.ofNullable(this.value));
	}

}
