package io.openclaw.tokenbucket.gateway.observation;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

import io.micrometer.common.KeyValues;
import org.jspecify.annotations.Nullable;

import io.openclaw.tokenbucket.gateway.observation.DecisionObservationDocumentation.DecisionKeys;
import io.openclaw.tokenbucket.limiter.decision.Decision;
import io.openclaw.tokenbucket.limiter.decision.Outcome;
import io.openclaw.tokenbucket.limiter.decision.Reason;

/**
 * The keys that {@link DecisionObservationDocumentation} documents. Values are names of
 * limits and constants, never a caller's key. Thread-safe.
 */
public class DefaultDecisionObservationConvention implements DecisionObservationConvention {

	private static final KeyValues CANCELLED = keyValues("none", "cancelled", "none", true);

	private static final KeyValues UNDECIDED = keyValues("none", "cancelled", "none", false);

	// As many as limits have ways to decide.
	private final Map<Decided, KeyValues> decided = new ConcurrentHashMap<>();

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
		if (decisive == null) {
			return context.waited() ? CANCELLED : UNDECIDED;
		}
		return this.decided.computeIfAbsent(
				new Decided(decisive.limit().name(), decisive.outcome(), decisive.reason(), context.waited()),
				Decided::keyValues);
	}

	private static KeyValues keyValues(String bucket, String outcome, String reason, boolean waited) {
		return KeyValues.of(DecisionKeys.BUCKET.withValue(bucket), DecisionKeys.OUTCOME.withValue(outcome),
				DecisionKeys.REASON.withValue(reason), DecisionKeys.WAITED.withValue(Boolean.toString(waited)));
	}

	private static @Nullable Decision decisive(List<Decision> decisions) {
		for (Decision decision : decisions) {
			if (!decision.isAdmitted() && decision.reason() != Reason.OTHER_LIMIT) {
				return decision;
			}
		}
		return decisions.isEmpty() ? null : decisions.get(0);
	}

	private record Decided(String bucket, Outcome outcome, Reason reason, boolean waited) {

		KeyValues keyValues() {
			return DefaultDecisionObservationConvention.keyValues(this.bucket, name(this.outcome), name(this.reason),
					this.waited);
		}

		private static String name(Enum<?> constant) {
			return constant.name().toLowerCase(Locale.ROOT);
		}

	}

}
