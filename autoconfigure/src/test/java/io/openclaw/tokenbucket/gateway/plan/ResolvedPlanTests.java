package io.openclaw.tokenbucket.gateway.plan;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;

import org.springframework.mock.http.server.reactive.MockServerHttpRequest;
import org.springframework.mock.web.server.MockServerWebExchange;

import static org.assertj.core.api.Assertions.assertThat;

class ResolvedPlanTests {

	private static final Duration TIME_TO_LIVE = Duration.ofMinutes(1);

	private static final Duration HOLD = Duration.ofHours(1);

	private final AtomicLong now = new AtomicLong();

	private final PlanCounts counts = new PlanCounts();

	private final List<String> asked = new ArrayList<>();

	private Mono<String> answer = Mono.just("gold");

	private final ResolvedPlan plans = plans(null, 100);

	@Test
	void anAnswerIsHeld() {
		assertThat(planOf("ann")).isEqualTo("gold");
		this.answer = Mono.just("silver");
		advance(TIME_TO_LIVE.minusNanos(1));
		assertThat(planOf("ann")).isEqualTo("gold");
		assertThat(this.asked).containsExactly("ann");
		assertThat(this.counts.held()).isEqualTo(1);
	}

	@Test
	void anOldAnswerCountsWhileItIsAskedForAnewOnce() {
		planOf("ann");
		Sinks.One<String> later = Sinks.one();
		this.answer = later.asMono();
		advance(TIME_TO_LIVE);
		assertThat(planOf("ann")).isEqualTo("gold");
		assertThat(planOf("ann")).isEqualTo("gold");
		assertThat(this.asked).hasSize(2);
		later.tryEmitValue("silver");
		assertThat(planOf("ann")).isEqualTo("silver");
	}

	@Test
	void theLastKnownPlanCountsWhileTheResolverFails() {
		planOf("ann");
		this.answer = Mono.error(new IllegalStateException("down"));
		advance(TIME_TO_LIVE);
		assertThat(planOf("ann")).isEqualTo("gold");
		assertThat(planOf("ann")).isEqualTo("gold");
		assertThat(this.asked).as("not with each request").hasSize(2);
		advance(Duration.ofSeconds(1));
		planOf("ann");
		assertThat(this.asked).as("but soon again").hasSize(3);
		advance(HOLD);
		assertThat(planOf("ann")).as("not for ever").isNull();
		this.answer = Mono.just("gold");
		advance(Duration.ofSeconds(1));
		assertThat(planOf("ann")).isEqualTo("gold");
	}

	@Test
	void whoIsNotKnownHasThePlanForThatCaseAndIsAskedForAgainSoon() {
		ResolvedPlan lenient = plans("trial", 100);
		this.answer = Mono.error(new IllegalStateException("down"));
		assertThat(planOf(lenient, "ann")).isEqualTo("trial");
		assertThat(planOf(lenient, "ann")).isEqualTo("trial");
		assertThat(this.asked).hasSize(1);
		this.answer = Mono.empty();
		advance(Duration.ofSeconds(1));
		assertThat(planOf(lenient, "ann")).as("who has none").isNull();
		assertThat(this.counts.failed()).isEqualTo(1);
		assertThat(this.counts.resolved()).isEqualTo(1);
	}

	@Test
	void noMoreCallersAreHeldThanThereMayBe() {
		ResolvedPlan few = plans(null, 10);
		for (int i = 0; i < 1_000; i++) {
			planOf(few, "caller-" + i);
		}
		assertThat(few.held()).isLessThanOrEqualTo(10);
	}

	@Test
	void whoGoesAwayTakesTheAnswerFromNobody() {
		Sinks.One<String> later = Sinks.one();
		this.answer = later.asMono();
		Mono<String> first = this.plans.planOf(exchange(), "ann", "ann");
		first.subscribe().dispose();
		later.tryEmitValue("gold");
		assertThat(planOf("ann")).isEqualTo("gold");
		assertThat(this.asked).hasSize(1);
	}

	private ResolvedPlan plans(@Nullable String onFailure, int maxKeys) {
		return new ResolvedPlan("planService", (key) -> {
			this.asked.add(key);
			return this.answer;
		}, new ResolverSettings(Duration.ofSeconds(10), TIME_TO_LIVE, HOLD, maxKeys, onFailure), this.counts,
				this.now::get);
	}

	private void advance(Duration duration) {
		this.now.addAndGet(duration.toNanos());
	}

	private @Nullable String planOf(String key) {
		return planOf(this.plans, key);
	}

	private static @Nullable String planOf(ResolvedPlan plans, String key) {
		return plans.planOf(exchange(), key, key).block(Duration.ofSeconds(10));
	}

	private static MockServerWebExchange exchange() {
		return MockServerWebExchange.from(MockServerHttpRequest.get("/"));
	}

}
