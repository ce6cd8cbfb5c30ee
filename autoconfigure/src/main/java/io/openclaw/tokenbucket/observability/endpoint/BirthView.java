package io.openclaw.tokenbucket.observability.endpoint;

import java.math.BigDecimal;

/**
 * What a member counted since it created a bucket once. Immutable. Amounts in tokens.
 *
 * @param birth the number of the birth
 * @param consumed what the member admitted
 * @param returned what it gave back
 */
public record BirthView(long birth, BigDecimal consumed, BigDecimal returned) {
}
