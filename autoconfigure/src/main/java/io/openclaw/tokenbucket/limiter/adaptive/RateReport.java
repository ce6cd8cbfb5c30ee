package io.openclaw.tokenbucket.limiter.adaptive;

import org.jspecify.annotations.Nullable;

/**
 * What a member says of an adaptive limit. Immutable.
 *
 * @param limit the name of the limit
 * @param definition the fingerprint of the definition that the member follows
 * @param rate the register as the member has it
 * @param observation what the member saw during the step of the register; {@code null}
 * while the step lasts
 */
public record RateReport(String limit, long definition, AdaptiveRate rate, @Nullable Observation observation) {
}
