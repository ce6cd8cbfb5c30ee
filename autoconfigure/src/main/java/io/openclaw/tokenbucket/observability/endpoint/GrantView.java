package io.openclaw.tokenbucket.observability.endpoint;

import java.math.BigDecimal;

/**
 * The tokens that a write gave back to one key. Immutable. Amounts in tokens.
 *
 * @param limit the name of the limit
 * @param key whose bucket, invisible characters escaped
 * @param asked how many tokens were asked for
 * @param given how many were given: no more than were spent, nor than there was room for
 * @param level the level after
 */
public record GrantView(String limit, String key, BigDecimal asked, BigDecimal given, BigDecimal level) {
}
