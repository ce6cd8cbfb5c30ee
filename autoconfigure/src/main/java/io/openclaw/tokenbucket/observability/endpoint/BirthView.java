package io.openclaw.tokenbucket.observability.endpoint;

import java.math.BigDecimal;

/**
 * The counts of a member since it created a bucket. Immutable. Amounts in tokens.
 *
 * @param birth the number of the birth
 * @param consumed what the member admitted
 * @param returned what it gave back
 */
public record BirthView(long birth, BigDecimal consumed, BigDecimal returned) {
}
