package io.openclaw.tokenbucket.observability.endpoint;

import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

import io.openclaw.tokenbucket.limiter.BucketStore;
import io.openclaw.tokenbucket.limiter.TokenBucketLimiter;
import io.openclaw.tokenbucket.observability.Limiters;
import io.openclaw.tokenbucket.observability.Rejections;
import io.openclaw.tokenbucket.resilience.DriftSource;

import static org.assertj.core.api.Assertions.assertThat;

class BucketExplainerTests {

	private static final Instant NOON = Instant.parse("2026-11-29T12:00:00Z");

	private final AtomicLong now = new AtomicLong();

	private final BucketStore store = Limiters.store(this.now::get);

	private final Rejections rejections = new Rejections(InstantSource.fixed(NOON));

	private final TokenBucketLimiter limiter = Limiters.limiter(this.store, this.now::get, this.rejections);

	private Map<String, String> circuits = Map.of("east", "closed", "elsewhere", "open");

	private final BucketExplainer explainer = new BucketExplainer(this.limiter, new Plans(), DriftSource.NONE,
			this.rejections, () -> this.circuits);

	@Test
	void aCallerThatSpentItsTokensWaitsForTheNext() {
		Limiters.consume(this.limiter, "rating", "alice", 12);
		elapse(Duration.ofMillis(100));
		assertThat(explain("alice")).satisfies((alice) -> {
			assertThat(alice.verdict()).isEqualTo("exhausted");
			assertThat(alice.level()).isEqualByComparingTo("0.25");
			assertThat(alice.timeToNextTokenMillis()).isEqualByComparingTo("300");
			assertThat(alice.rejectedHere()).isEqualTo(2);
			assertThat(alice.lastRejection()).isEqualTo(new RejectionView(NOON, "exhausted", 1));
			assertThat(alice.circuits()).isEqualTo(Map.of("east", "closed"));
			assertThat(alice.change()).contains("2.5 tokens a second");
		});
		assertThat(this.explainer.explain("alice").known()).isTrue();
	}

	@Test
	void aTypoAFullBucketAndARequestThatCostsTooMuchAreToldApart() {
		Limiters.consume(this.limiter, "rating", "rare", 1);
		this.limiter.tryConsume("rating", "large", 11);
		elapse(Duration.ofMinutes(1));
		keepHouse();
		elapse(Duration.ofMinutes(1));
		keepHouse();
		assertThat(this.limiter.find("rating", "rare")).isEmpty();
		assertThat(explain("rare").verdict()).isEqualTo("full");
		assertThat(explain("rrae").verdict()).isEqualTo("unknown");
		assertThat(this.explainer.explain("rrae").known()).isFalse();
		assertThat(explain("large")).satisfies((large) -> {
			assertThat(large.verdict()).isEqualTo("cost_above_capacity");
			assertThat(large.level()).isNull();
			assertThat(large.change()).contains("costs 11 tokens", "more than 10");
		});
	}

	@Test
	void aCallerOnAPlanIsFoundUnderTheLimitThatRoutesName() {
		Limiters.consume(this.limiter, "search", "partner", 1);
		assertThat(explain("partner")).satisfies((partner) -> {
			assertThat(partner.limit()).isEqualTo("rating");
			assertThat(partner.plan()).isEqualTo("search");
			assertThat(partner.capacity()).isEqualTo(new BigDecimal("1000"));
			assertThat(partner.verdict()).isEqualTo("admits");
		});
	}

	@Test
	void anOpenCircuitIsSaidWhateverTheLevel() {
		this.circuits = Map.of("east", "open");
		Limiters.consume(this.limiter, "rating", "alice", 1);
		assertThat(explain("alice").verdict()).isEqualTo("admits");
		assertThat(explain("alice").change()).contains("The upstream of east is slow");
	}

	@Test
	void lookingCreatesNoBucket() {
		this.explainer.explain("nobody");
		assertThat(this.limiter.activeKeys("rating")).isZero();
	}

	private ExplanationView.OfLimit explain(String key) {
		return this.explainer.explain(key)
			.limits()
			.stream()
			.filter((limit) -> limit.limit().equals("rating"))
			.findFirst()
			.orElseThrow();
	}

	private void keepHouse() {
		this.store.acknowledgeAlone(this.now.get());
		this.store.tick(this.now.get());
	}

	private void elapse(Duration duration) {
		this.now.addAndGet(duration.toNanos());
	}

	// The limit search stands in for rating where the key is partner.
	private static final class Plans implements KeyLookup {

		@Override
		public String keyOf(String limit, String sent) {
			return sent;
		}

		@Override
		public List<CallerPlace> placesOf(String sent) {
			return List.of(new CallerPlace("rating", sent.equals("partner") ? "search" : "rating", null, sent,
					List.of("east")));
		}

		@Override
		public @Nullable RequestView requestsTo(String limit) {
			return new RequestView("rating", "header:X-User", "1", "shared", "reject", Map.of());
		}

	}

}
