package io.openclaw.tokenbucket.gateway.observation;

import java.util.List;

import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationRegistry;
import io.micrometer.observation.contextpropagation.ObservationThreadLocalAccessor;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

import io.openclaw.tokenbucket.gateway.DecisionObserver;
import io.openclaw.tokenbucket.gateway.observation.DecisionObservationDocumentation.ServerKeys;
import io.openclaw.tokenbucket.limiter.decision.Decision;

/**
 * Makes an observation of each request that waits or is rejected, below that of the
 * server. Thread-safe.
 */
public final class ObservedDecisions implements DecisionObserver {

	private static final DecisionObservationConvention DEFAULT = new DefaultDecisionObservationConvention();

	private final ObservationRegistry registry;

	private final @Nullable DecisionObservationConvention convention;

	/**
	 * Creates the observer.
	 * @param registry where observations are made
	 * @param convention names them; {@code null} for the default
	 */
	public ObservedDecisions(ObservationRegistry registry, @Nullable DecisionObservationConvention convention) {
		this.registry = registry;
		this.convention = convention;
	}

	@Override
	public Mono<List<Decision>> observe(Mono<List<Decision>> decisions, boolean waits) {
		return this.registry.isNoop() ? decisions : Mono.deferContextual((context) -> {
			Observation parent = context.getOrDefault(ObservationThreadLocalAccessor.KEY, null);
			return waits ? observeWait(decisions, parent) : decisions.doOnNext((made) -> observe(made, parent));
		});
	}

	private Mono<List<Decision>> observeWait(Mono<List<Decision>> decisions, @Nullable Observation parent) {
		if (parent != null) {
			parent.highCardinalityKeyValue(ServerKeys.WAITED.withValue("true"));
		}
		DecisionContext observed = new DecisionContext(true);
		Observation observation = start(observed, parent);
		return decisions.doOnNext(observed::decide)
			.doOnError(observation::error)
			.doFinally((signal) -> observation.stop());
	}

	// What is decided at once takes no time.
	private void observe(List<Decision> made, @Nullable Observation parent) {
		DecisionContext observed = new DecisionContext(false);
		observed.decide(made);
		start(observed, parent).stop();
	}

	private Observation start(DecisionContext observed, @Nullable Observation parent) {
		return DecisionObservationDocumentation.DECISION
			.observation(this.convention, DEFAULT, () -> observed, this.registry)
			.parentObservation(parent)
			.start();
	}

}
