package io.openclaw.tokenbucket.gateway.observation;

import java.util.List;
import java.util.Locale;

import io.micrometer.common.KeyValues;
import org.jspecify.annotations.Nullable;

import io.openclaw.tokenbucket.gateway.observation.DecisionObservationDocumentation.DecisionKeys;
import io.openclaw.tokenbucket.limiter.decision.Decision;
import io.openclaw.tokenbucket.limiter.decision.Reason;

/**
 * The keys that {@link DecisionObservationDocumentation} documents. Values are names of
 * limits and constants, never a caller's key. Stateless.
 */
public class DefaultDecisionObservationConvention implements DecisionObservationConvention {

	@Override
	public String getName() {
		return "token.bucket.decision";
	}

	@Override
	public String getContextualName(DecisionContext context) {
		return "token bucket decision";
	}

	@Override
	public KeyValues getLowCardinalityKeyValues(DecisionContext context) {
		Decision decisive = decisive(context.decisions());
		String bucket = (decisive != null) ? decisive.limit().name() : "none";
		String outcome = (decisive != null) ? name(decisive.outcome()) : "cancelled";
		String reason = (decisive != null) ? name(decisive.reason()) : "none";
		return KeyValues.of(DecisionKeys.BUCKET.withValue(bucket), DecisionKeys.OUTCOME.withValue(outcome),
				DecisionKeys.REASON.withValue(reason),
				DecisionKeys.WAITED.withValue(Boolean.toString(context.waited())));
	}

	private static @Nullable Decision decisive(List<Decision> decisions) {
		return decisions.stream()
			.filter((decision) -> !decision.isAdmitted() && decision.reason() != Reason.OTHER_LIMIT)
			.findFirst()
			.or(() -> decisions.stream().findFirst())
			.orElse(null);
	}

	private static String name(Enum<?> constant) {
		return constant.name().toLowerCase(Locale.ROOT);
	}

}
