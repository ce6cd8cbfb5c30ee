package io.openclaw.tokenbucket.limiter;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.Stream;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

import static io.openclaw.tokenbucket.limiter.Fleets.ALICE;
import static io.openclaw.tokenbucket.limiter.Fleets.BOB;
import static io.openclaw.tokenbucket.limiter.Fleets.limit;
import static io.openclaw.tokenbucket.limiter.Fleets.lost;
import static io.openclaw.tokenbucket.limiter.Fleets.policy;
import static io.openclaw.tokenbucket.limiter.Fleets.tokens;
import static io.openclaw.tokenbucket.limiter.Fleets.view;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * The local decision beside all that replication does to the same bucket, two threads at
 * once and many times: nothing is lost, and nothing admitted twice. For longer with
 * {@code -Dopenclaw.races=1000000}.
 */
class RaceTests {

	private static final int RACES = Integer.getInteger("openclaw.races", 1000);

	private static final int STRIDE = 500;

	private static final String NO_REFILL = "0.000001";

	private static final ExecutorService OTHER = Executors.newSingleThreadExecutor();

	@AfterAll
	static void stop() {
		OTHER.shutdownNow();
	}

	@Test
	void twoRequestsForTheLastTokenAreAdmittedOnce() {
		race(() -> new Race(policy(limit(1, NO_REFILL), Consistency.EVENTUAL)) {

			@Override
			void first() {
				request();
			}

			@Override
			void second() {
				request();
			}

			@Override
			void check() {
				assertThat(admitted()).isOne();
				assertSpent("rating", 1, 0);
			}

		});
	}

	@Test
	void noSpendingIsLostBesideAMerge() {
		race(() -> new Race(policy(limit(10, NO_REFILL), Consistency.EVENTUAL)) {

			@Override
			void first() {
				request();
				request();
			}

			@Override
			void second() {
				mergeSpentByBob(3);
				mergeSpentByBob(5);
			}

			@Override
			void check() {
				assertThat(admitted()).isEqualTo(2);
				assertSpent("rating", 2, 5);
			}

		});
	}

	@Test
	void whatAMergeTookIsNotAdmittedAfterIt() {
		race(() -> new Race(policy(limit(2, NO_REFILL), Consistency.EVENTUAL)) {

			private boolean admittedAfter;

			@Override
			void first() {
				request();
				request();
			}

			@Override
			void second() {
				mergeSpentByBob(2);
				this.admittedAfter = request();
			}

			@Override
			void check() {
				assertThat(this.admittedAfter).isFalse();
				assertSpent("rating", admitted(), 2);
			}

		});
	}

	@Test
	void noSpendingIsLostBesideABatchAndItsAcknowledgement() {
		race(() -> new Race(policy(limit(10, NO_REFILL), Consistency.EVENTUAL)) {

			@Override
			void first() {
				request();
				request();
			}

			@Override
			void second() {
				publish();
				acknowledge();
			}

			@Override
			void check() {
				assertThat(admitted()).isEqualTo(2);
				assertSpent("rating", 2, 0);
				acknowledge();
				assertThat(this.store.lag(now())).isZero();
			}

		});
	}

	@Test
	void noSpendingIsLostWhereTheMembersChange() {
		race(() -> new Race(policy(limit(10, NO_REFILL), Consistency.EVENTUAL)) {

			@Override
			void first() {
				request();
				request();
			}

			@Override
			void second() {
				this.store.membershipChanged(view(now(), ALICE, lost(BOB, now(), now())), now());
			}

			@Override
			void check() {
				assertThat(admitted()).isEqualTo(2);
				assertSpent("rating", 2, 0);
			}

		});
	}

	@Test
	void noSpendingIsLostWhereALimitFallsBackAndRecovers() {
		race(() -> new Race(policy(limit(10, NO_REFILL), Consistency.EVENTUAL)) {

			@Override
			void first() {
				request();
				request();
			}

			@Override
			void second() {
				this.store.fallBack("rating", FallbackQuota.FAIR_SHARE);
				this.store.tick(now());
				this.store.recover("rating", System.nanoTime());
			}

			@Override
			void check() {
				assertThat(admitted()).isEqualTo(2);
				assertSpent("rating", 2, 0);
			}

		});
	}

	@Test
	void noSpendingIsLostInABucketThatIsDropped() {
		AtomicInteger dropped = new AtomicInteger();
		race(() -> new Race(policy(limit(10, "1000000"), Consistency.EVENTUAL)) {

			{
				request();
				publish();
				acknowledge();
				pass(Duration.ofMinutes(1));
				this.store.tick(now());
			}

			@Override
			void first() {
				request();
			}

			@Override
			void second() {
				this.store.tick(now());
			}

			@Override
			void check() {
				assertThat(admitted()).isEqualTo(2);
				assertThat(published("rating")).isEqualTo(tokens(2));
				dropped.addAndGet((this.limiter.peek("rating", KEY).consumedHere() == tokens(1)) ? 1 : 0);
			}

		});
		assertThat(dropped).as("races that the drop won").hasPositiveValue();
	}

	@Test
	void whatWaitsIsSpentOrGivenBackWhereItIsCancelledAndAcknowledgedAtOnce() {
		race(() -> new Race(policy(limit(10, NO_REFILL), Consistency.STRICT)) {

			private final CompletableFuture<Decision> waiting;

			{
				request();
				this.waiting = waiting(9);
				publish();
			}

			@Override
			void first() {
				this.waiting.cancel(false);
			}

			@Override
			void second() {
				acknowledge();
			}

			@Override
			void check() {
				boolean spent = this.limiter.peek("rating", KEY).level() == 0;
				assertSpent("rating", spent ? 10 : 1, 0);
				if (!this.waiting.isCancelled()) {
					assertThat(this.waiting.join().isAdmitted()).isTrue();
					assertThat(spent).isTrue();
				}
			}

		});
	}

	@Test
	void twoLimitsAreConsumedTogetherOrNotAtAll() {
		race(() -> new Race(policy(limit("rating", 1, NO_REFILL, 1), Consistency.STRICT),
				policy(limit("search", 1, NO_REFILL, 1), Consistency.STRICT)) {

			private final AtomicInteger admittedJointly = new AtomicInteger();

			@Override
			void first() {
				joint("rating", "search");
			}

			@Override
			void second() {
				joint("search", "rating");
			}

			private void joint(String one, String other) {
				JointDecision decision = this.limiter
					.tryConsume(List.of(new Charge(one, KEY, 1), new Charge(other, KEY, 1)));
				this.admittedJointly.addAndGet((decision.outcome() == Outcome.ADMITTED) ? 1 : 0);
			}

			@Override
			void check() {
				assertThat(this.admittedJointly.get()).isLessThanOrEqualTo(1);
				assertSpent("rating", this.admittedJointly.get(), 0);
				assertSpent("search", this.admittedJointly.get(), 0);
			}

		});
	}

	// Many at a stretch, so that both threads are at full speed when they meet.
	private static void race(Supplier<Race> create) {
		for (int done = 0; done < RACES; done += STRIDE) {
			List<Race> stride = Stream.generate(create).limit(STRIDE).toList();
			AtomicInteger arrived = new AtomicInteger();
			CompletableFuture<Void> other = CompletableFuture.runAsync(() -> run(stride, Race::second, arrived), OTHER);
			run(stride, Race::first, arrived);
			other.join();
			stride.forEach(Race::check);
		}
	}

	private static void run(List<Race> stride, Consumer<Race> side, AtomicInteger arrived) {
		int all = 0;
		for (Race race : stride) {
			all += 2;
			arrived.incrementAndGet();
			for (int spins = 0; arrived.get() < all; spins++) {
				if (spins > 100) {
					Thread.yield();
				}
			}
			side.accept(race);
		}
	}

}
