package io.openclaw.tokenbucket.gateway.observation;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

import io.micrometer.common.KeyValue;
import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationHandler;
import io.micrometer.observation.ObservationRegistry;
import io.micrometer.observation.contextpropagation.ObservationThreadLocalAccessor;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;

import org.springframework.http.server.reactive.observation.ServerRequestObservationContext;
import org.springframework.mock.http.server.reactive.MockServerHttpRequest;
import org.springframework.mock.http.server.reactive.MockServerHttpResponse;

import io.openclaw.tokenbucket.crdt.Limit;
import io.openclaw.tokenbucket.crdt.RefillRate;
import io.openclaw.tokenbucket.gateway.RequestDecisions;
import io.openclaw.tokenbucket.limiter.decision.Decision;
import io.openclaw.tokenbucket.limiter.decision.Outcome;
import io.openclaw.tokenbucket.limiter.decision.Reason;

import static org.assertj.core.api.Assertions.assertThat;

class ObservedDecisionsTests {

	private final Map<String, Object> attributes = new HashMap<>();

	private final ObservationRegistry registry = ObservationRegistry.create();

	private final List<Observation.Context> stopped = new ArrayList<>();

	private final ObservedDecisions observer = new ObservedDecisions(this.registry, null);

	@BeforeEach
	void handle() {
		this.registry.observationConfig().observationFilter(new ServerDecisionKeys());
		this.registry.observationConfig().observationHandler(new ObservationHandler<>() {

			@Override
			public void onStop(Observation.Context context) {
				ObservedDecisionsTests.this.stopped.add(context);
			}

			@Override
			public boolean supportsContext(Observation.Context context) {
				return true;
			}

		});
	}

	@Test
	void aRejectionIsObservedUnderTheLimitThatRejected() {
		Decision rejected = decision("rating", Outcome.REJECTED, Reason.EXHAUSTED);
		this.observer
			.observe(Mono.just(List.of(decision("wide", Outcome.REJECTED, Reason.OTHER_LIMIT), rejected)), false)
			.subscribe();
		assertThat(this.stopped).hasSize(1);
		assertThat(lowCardinality()).containsEntry("bucket", "rating")
			.containsEntry("outcome", "rejected")
			.containsEntry("waited", "false");
		assertThat(this.stopped.get(0).getName()).isEqualTo("token.bucket.decision");
	}

	@Test
	void aWaitIsObservedUntilItsEndAndSaidToTheServersSpan() {
		ServerRequestObservationContext server = server();
		Observation parent = Observation.createNotStarted("http.server.requests", () -> server, this.registry).start();
		Sinks.One<List<Decision>> later = Sinks.one();
		Decision admitted = decision("rating", Outcome.ADMITTED, Reason.CREDIT);
		this.observer.observe(later.asMono(), true)
			.contextWrite((context) -> context.put(ObservationThreadLocalAccessor.KEY, parent))
			.subscribe();
		assertThat(this.stopped).isEmpty();
		later.tryEmitValue(List.of(admitted));
		assertThat(lowCardinality()).containsEntry("bucket", "rating")
			.containsEntry("outcome", "admitted")
			.containsEntry("reason", "credit")
			.containsEntry("waited", "true");
		assertThat(this.stopped.get(0).getParentObservation()).isSameAs(parent);
		this.attributes.put(RequestDecisions.class.getName(), List.of(admitted));
		parent.stop();
		assertThat(server.getHighCardinalityKeyValues()).contains(KeyValue.of("openclaw.limit", "rating"),
				KeyValue.of("openclaw.outcome", "admitted"), KeyValue.of("openclaw.waited", "true"));
		assertThat(server.getLowCardinalityKeyValues()).noneMatch((key) -> key.getKey().startsWith("openclaw"));
	}

	@Test
	void theSpanOfARequestThatDidNotWaitSaysSo() {
		ServerRequestObservationContext server = server();
		this.attributes.put(RequestDecisions.class.getName(),
				List.of(decision("rating", Outcome.ADMITTED, Reason.CREDIT)));
		Observation.createNotStarted("http.server.requests", () -> server, this.registry).start().stop();
		assertThat(server.getHighCardinalityKeyValues()).contains(KeyValue.of("openclaw.waited", "false"));
	}

	@Test
	void aCallerThatGoesAwayEndsTheObservation() {
		this.observer.observe(Mono.never(), true).subscribe().dispose();
		assertThat(lowCardinality()).containsEntry("outcome", "cancelled").containsEntry("bucket", "none");
	}

	@Test
	void keysAreThoseThatAreDocumented() {
		this.observer.observe(Mono.just(List.of(decision("rating", Outcome.REJECTED, Reason.EXHAUSTED))), false)
			.subscribe();
		assertThat(lowCardinality().keySet()).containsExactlyInAnyOrder("bucket", "outcome", "reason", "waited");
	}

	private Map<String, String> lowCardinality() {
		Map<String, String> keys = new HashMap<>();
		this.stopped.get(0).getLowCardinalityKeyValues().forEach((key) -> keys.put(key.getKey(), key.getValue()));
		return keys;
	}

	private ServerRequestObservationContext server() {
		return new ServerRequestObservationContext(MockServerHttpRequest.get("/rate").build(),
				new MockServerHttpResponse(), this.attributes);
	}

	private static Decision decision(String limit, Outcome outcome, Reason reason) {
		return new Decision(outcome, reason, new Limit(limit, 1, RefillRate.perSecond(BigDecimal.ONE), 1, 0), 0, 0,
				null);
	}

}
