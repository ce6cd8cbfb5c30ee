package io.openclaw.tokenbucket.observability.endpoint;

import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;

import org.junit.jupiter.api.Test;

import io.openclaw.tokenbucket.crdt.Birth;
import io.openclaw.tokenbucket.crdt.Fold;
import io.openclaw.tokenbucket.crdt.GCounter;
import io.openclaw.tokenbucket.crdt.MemberId;
import io.openclaw.tokenbucket.crdt.MicroTokens;
import io.openclaw.tokenbucket.crdt.TokenBucketState;
import io.openclaw.tokenbucket.limiter.BucketStore;
import io.openclaw.tokenbucket.limiter.TokenBucketLimiter;
import io.openclaw.tokenbucket.limiter.port.BucketKey;
import io.openclaw.tokenbucket.limiter.port.BucketUpdate;
import io.openclaw.tokenbucket.observability.Drifts;
import io.openclaw.tokenbucket.observability.Limiters;
import io.openclaw.tokenbucket.observability.Rejections;

import static org.assertj.core.api.Assertions.assertThat;

class TokenBucketsEndpointTests {

	private static final Instant NOON = Instant.parse("2026-11-29T12:00:00Z");

	private final AtomicLong now = new AtomicLong();

	private final BucketStore store = Limiters.store(this.now::get);

	private final Rejections rejections = new Rejections(InstantSource.fixed(NOON));

	private final TokenBucketLimiter limiter = Limiters.limiter(this.store, this.now::get, this.rejections);

	private final TokenBucketsEndpoint endpoint = new TokenBucketsEndpoint(this.limiter,
			(limit, sent) -> sent.equals("secret") ? "id-of-secret" : sent, Drifts.of("rating", 0.0705, 12),
			this.rejections);

	@Test
	void showsSettingsOfEveryLimitInTheOrderOfNames() {
		TokenBucketsView view = this.endpoint.tokenBuckets();
		assertThat(view.self()).isEqualTo("edge-a#3");
		assertThat(view.state()).isEqualTo("healthy");
		assertThat(view.limits().keySet()).containsExactly("rating", "search");
		assertThat(view.limits().get("search"))
			.isEqualTo(new LimitView("search", 4, "4.0", "configuration",
					new ConfiguredView(true, null, 4, decimal("1000"), decimal("1"), decimal("500"), "bounded",
							"enforce"),
					decimal("1000"), decimal("1"), null, decimal("500"), "bounded", decimal("25"), "enforce", null, 0,
					decimal("1000"), 0, 0, 0, 0, "healthy", new DriftView(decimal("0"), decimal("0")), List.of(),
					List.of()));
	}

	@Test
	void showsDriftAndFallback() {
		LimitView view = this.endpoint.limit("rating");
		assertThat(view.state()).isEqualTo("fallback");
		assertThat(view.drift()).isEqualTo(new DriftView(decimal("12"), decimal("0.0705")));
	}

	@Test
	void showsCountsAndTheLowestLevel() {
		Limiters.consume(this.limiter, "rating", "4711", 12);
		Limiters.consume(this.limiter, "rating", "0815", 3);
		LimitView view = this.endpoint.limit("rating");
		assertThat(view.activeKeys()).isEqualTo(2);
		assertThat(view.admitted()).isEqualTo(13);
		assertThat(view.rejected()).isEqualTo(2);
		assertThat(view.lowestLevel()).isZero();
	}

	@Test
	void showsTheBusiestKeysFirst() {
		Limiters.consume(this.limiter, "rating", "quiet", 1);
		Limiters.consume(this.limiter, "rating", "busy", 3);
		assertThat(this.endpoint.tokenBuckets().limits().get("rating").busiest()).containsExactly(
				new BucketSummaryView("busy", false, decimal("7"), decimal("3"), 0, null),
				new BucketSummaryView("quiet", false, decimal("9"), decimal("1"), 0, null));
	}

	@Test
	void showsWhomALimitRejectedMost() {
		Limiters.consume(this.limiter, "rating", "rejected-once", 11);
		Limiters.consume(this.limiter, "rating", "rejected-often", 15);
		LimitView view = this.endpoint.limit("rating");
		assertThat(view.mostRejected()).containsExactly(new RejectedKeyView("rejected-often", 5, NOON, "exhausted"),
				new RejectedKeyView("rejected-once", 1, NOON, "exhausted"));
		assertThat(view.busiest()).extracting(BucketSummaryView::rejectedHere).containsExactlyInAnyOrder(1L, 5L);
		BucketView bucket = this.endpoint.bucket("rating", "rejected-often");
		assertThat(bucket.rejectedHere()).isEqualTo(5);
		assertThat(bucket.lastRejection()).isEqualTo(new RejectionView(NOON, "exhausted", 1));
	}

	@Test
	void showsTenKeysInTheOverviewAndMoreOfOneLimit() {
		for (int i = 0; i < 30; i++) {
			Limiters.consume(this.limiter, "rating", "key-" + i, 1);
		}
		assertThat(this.endpoint.tokenBuckets().limits().get("rating").busiest()).hasSize(10);
		assertThat(this.endpoint.limit("rating").busiest()).hasSize(30);
	}

	@Test
	void showsOneBucket() {
		Limiters.consume(this.limiter, "rating", "4711", 8);
		elapse(Duration.ofMillis(500));
		BucketView view = this.endpoint.bucket("rating", "4711");
		assertThat(view.limit()).isEqualTo("rating");
		assertThat(view.key()).isEqualTo("4711");
		assertThat(view.revision()).isEqualTo(4);
		assertThat(view.level()).isEqualTo(decimal("3.25"));
		assertThat(view.spendable()).isEqualTo(decimal("3.25"));
		assertThat(view.consumedHere()).isEqualTo(decimal("8"));
		assertThat(view.timeToFullMillis()).isEqualTo(decimal("2700"));
		assertThat(view.timeToNextTokenMillis()).isEqualTo(decimal("300"));
		assertThat(view.waiting()).isZero();
	}

	@Test
	void showsWhatWasFolded() {
		TokenBucketState state = new TokenBucketState(GCounter.empty(), GCounter.empty(), GCounter.empty(), 0,
				new Fold(3, 5, 7_000_000, 500_000, 6_250_000, null));
		this.store.replicas().merge(new BucketUpdate(new BucketKey("rating", "4711", false), state), this.now.get());
		BucketView view = this.endpoint.bucket("rating", "4711");
		assertThat(view.folded()).isEqualTo(new FoldedView(3, decimal("7"), decimal("0.5"), decimal("6.25")));
		assertThat(view.level()).isEqualTo(decimal("9.75"));
		Limiters.consume(this.limiter, "rating", "0815", 1);
		assertThat(this.endpoint.bucket("rating", "0815").folded()).isNull();
	}

	@Test
	void showsTheEntriesOfEveryMemberSummedAndByBirth() {
		MemberId peer = new MemberId("edge-b", 1);
		TokenBucketState state = TokenBucketState.empty()
			.consume(new Birth(peer, 1), MicroTokens.ofTokens(2))
			.consume(new Birth(peer, 5), MicroTokens.ofTokens(1))
			.giveBack(new Birth(peer, 5), 500_000)
			.grant(List.of(peer), 250_000);
		Limiters.consume(this.limiter, "rating", "4711", 1);
		this.store.replicas().merge(new BucketUpdate(new BucketKey("rating", "4711", false), state), this.now.get());
		BucketView view = this.endpoint.bucket("rating", "4711");
		assertThat(view.members().keySet()).containsExactly("edge-a#3", "edge-b#1");
		assertThat(view.members()).containsEntry("edge-b#1", new MemberEntriesView(decimal("3"), decimal("0.5"),
				decimal("0.25"),
				List.of(new BirthView(1, decimal("2"), decimal("0")), new BirthView(5, decimal("1"), decimal("0.5")))));
		assertThat(view.level()).isEqualTo(levelOf(view));
	}

	@Test
	void knowsNoOtherLimit() {
		assertThat(this.endpoint.limit("other")).isNull();
		assertThat(this.endpoint.bucket("other", "4711")).isNull();
	}

	@Test
	void lookingCreatesNoBucket() {
		assertThat(this.endpoint.bucket("rating", "nobody")).isNull();
		assertThat(this.endpoint.tokenBuckets().limits().get("rating").activeKeys()).isZero();
	}

	@Test
	void lookingConsumesNothing() {
		Limiters.consume(this.limiter, "rating", "4711", 1);
		BucketView first = this.endpoint.bucket("rating", "4711");
		assertThat(this.endpoint.bucket("rating", "4711")).isEqualTo(first);
	}

	@Test
	void findsABucketByItsVisibleKey() {
		Limiters.consume(this.limiter, "rating", "a\u001b[31mb", 1);
		String shown = this.endpoint.limit("rating").busiest().get(0).key();
		assertThat(shown).isEqualTo("a\\u001b[31mb");
		assertThat(this.endpoint.bucket("rating", shown).key()).isEqualTo(shown);
	}

	@Test
	void findsABucketByWhatItsCallerSends() {
		Limiters.consume(this.limiter, "rating", "id-of-secret", 1);
		assertThat(this.endpoint.bucket("rating", "secret").key()).isEqualTo("id-of-secret");
	}

	@Test
	void theViewDoesNotChangeWithTheBucket() {
		Limiters.consume(this.limiter, "rating", "4711", 1);
		BucketView before = this.endpoint.bucket("rating", "4711");
		Map<String, MemberEntriesView> members = before.members();
		Limiters.consume(this.limiter, "rating", "4711", 1);
		assertThat(before.members()).isEqualTo(members).isUnmodifiable();
		assertThat(before.consumedHere()).isEqualTo(decimal("1"));
	}

	private static BigDecimal levelOf(BucketView view) {
		return view.members()
			.values()
			.stream()
			.map((entries) -> entries.granted().add(entries.returned()).subtract(entries.consumed()))
			.reduce(view.initialTokens(), BigDecimal::add)
			.stripTrailingZeros();
	}

	private static BigDecimal decimal(String value) {
		return new BigDecimal(value);
	}

	private void elapse(Duration duration) {
		this.now.addAndGet(duration.toNanos());
	}

}
