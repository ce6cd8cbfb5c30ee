package io.openclaw.tokenbucket.gateway.observation;

import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationConvention;

/**
 * Names observations of decisions and their keys. A bean of this type replaces
 * {@link DefaultDecisionObservationConvention}.
 */
public interface DecisionObservationConvention extends ObservationConvention<DecisionContext> {

	@Override
	default boolean supportsContext(Observation.Context context) {
		return context instanceof DecisionContext;
	}

}
