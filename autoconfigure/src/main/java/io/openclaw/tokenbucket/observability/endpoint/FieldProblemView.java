package io.openclaw.tokenbucket.observability.endpoint;

import org.jspecify.annotations.Nullable;

/**
 * A problem (RFC 9457) with one field of what an operator sent. Immutable.
 *
 * @param type what kind of problem
 * @param title the kind in words
 * @param status the status of the answer
 * @param detail what is wrong and what would be right
 * @param field the name of the field
 * @param value what was sent, invisible characters escaped; {@code null} if it is missing
 */
public record FieldProblemView(String type, String title, int status, String detail, String field,
		@Nullable String value) {
}
