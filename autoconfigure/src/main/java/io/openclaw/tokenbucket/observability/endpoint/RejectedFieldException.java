package io.openclaw.tokenbucket.observability.endpoint;

import org.jspecify.annotations.Nullable;

import io.openclaw.tokenbucket.observability.VisibleText;

/**
 * A field of what an operator sent cannot be used.
 */
public final class RejectedFieldException extends RuntimeException {

	private static final long serialVersionUID = 1L;

	private final String field;

	private final @Nullable String value;

	/**
	 * Creates an exception.
	 * @param field the name of the field
	 * @param value what was sent, {@code null} if it is missing or too long to be told
	 * @param detail what is wrong and what would be right, after the name of the field
	 */
	public RejectedFieldException(String field, @Nullable String value, String detail) {
		super(detail);
		this.field = field;
		this.value = value;
	}

	/**
	 * The problem that answers the request.
	 * @return a view with the status 400
	 */
	public FieldProblemView view() {
		String detail = String.valueOf(getMessage());
		return new FieldProblemView("about:blank", "Bad Request", 400, this.field + " " + detail, this.field,
				VisibleText.ofNullable(this.value));
	}

}
