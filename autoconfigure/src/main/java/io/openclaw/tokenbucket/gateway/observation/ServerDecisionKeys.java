package io.openclaw.tokenbucket.gateway.observation;

import java.util.List;
import java.util.stream.Collectors;

import io.micrometer.common.KeyValue;
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

	private static final KeyValue ADMITTED = ServerKeys.OUTCOME.withValue("admitted");

	private static final KeyValue REJECTED = ServerKeys.OUTCOME.withValue("rejected");

	private static final KeyValue NOT_WAITED = ServerKeys.WAITED.withValue("false");

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
		server.addHighCardinalityKeyValue(ServerKeys.LIMIT.withValue(names(decisions)));
		server.addHighCardinalityKeyValue(areAdmitted(decisions) ? ADMITTED : REJECTED);
		if (server.getHighCardinalityKeyValue(NOT_WAITED.getKey()) == null) {
			server.addHighCardinalityKeyValue(NOT_WAITED);
		}
	}

	private static String names(List<Decision> decisions) {
		return (decisions.size() == 1) ? decisions.get(0).limit().name()
				: decisions.stream().map((decision) -> decision.limit().name()).collect(Collectors.joining(","));
	}

	private static boolean areAdmitted(List<Decision> decisions) {
		for (Decision decision : decisions) {
			if (!decision.isAdmitted()) {
				return false;
			}
		}
		return true;
	}

}
