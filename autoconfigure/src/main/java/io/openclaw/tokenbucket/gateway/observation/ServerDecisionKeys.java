package io.openclaw.tokenbucket.gateway.observation;

import java.util.List;
import java.util.stream.Collectors;

import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationFilter;

import org.springframework.http.server.reactive.observation.ServerRequestObservationContext;

import io.openclaw.tokenbucket.gateway.RequestDecisions;
import io.openclaw.tokenbucket.gateway.observation.DecisionObservationDocumentation.ServerKeys;
import io.openclaw.tokenbucket.limiter.decision.Decision;

/**
 * Adds to the server's observation of a request which limits it met, and what they said.
 * Only traces show it: metrics leave keys of high cardinality out. Stateless.
 */
public final class ServerDecisionKeys implements ObservationFilter {

	@Override
	public Observation.Context map(Observation.Context context) {
		if (context instanceof ServerRequestObservationContext server) {
			List<Decision> decisions = RequestDecisions.in(server.getAttributes());
			if (!decisions.isEmpty()) {
				add(decisions, server);
			}
		}
		return context;
	}

	private static void add(List<Decision> decisions, ServerRequestObservationContext server) {
		server.addHighCardinalityKeyValue(ServerKeys.LIMIT
			.withValue(decisions.stream().map((decision) -> decision.limit().name()).collect(Collectors.joining(","))));
		server.addHighCardinalityKeyValue(ServerKeys.OUTCOME
			.withValue(decisions.stream().allMatch(Decision::isAdmitted) ? "admitted" : "rejected"));
		if (server.getHighCardinalityKeyValue(ServerKeys.WAITED.asString()) == null) {
			server.addHighCardinalityKeyValue(ServerKeys.WAITED.withValue("false"));
		}
	}

}
