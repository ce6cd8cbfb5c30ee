package io.openclaw.tokenbucket.limiter;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import io.openclaw.tokenbucket.crdt.Birth;
import io.openclaw.tokenbucket.crdt.TokenBucketState;
import io.openclaw.tokenbucket.limiter.decision.Decision;
import io.openclaw.tokenbucket.limiter.decision.Outcome;
import io.openclaw.tokenbucket.limiter.limit.Consistency;
import io.openclaw.tokenbucket.limiter.port.BucketKey;
import io.openclaw.tokenbucket.limiter.port.BucketStatus;
import io.openclaw.tokenbucket.limiter.port.BucketUpdate;
import io.openclaw.tokenbucket.simulation.VirtualTime;

import static io.openclaw.tokenbucket.limiter.Fleets.ALICE;
import static io.openclaw.tokenbucket.limiter.Fleets.BOB;
import static io.openclaw.tokenbucket.limiter.Fleets.limit;
import static io.openclaw.tokenbucket.limiter.Fleets.policy;
import static io.openclaw.tokenbucket.limiter.Fleets.tokens;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for keys beyond the bound.
 */
class OverflowBucketTests {

	private final LocalMember member = new LocalMember(new VirtualTime(), ALICE, 2,
			policy(limit(10, "1"), Consistency.BOUNDED));

	@Test
	void keysBeyondTheBoundShareOneBucket() {
		consume("a", 1);
		consume("b", 1);
		assertThat(consume("c", 6).isAdmitted()).isTrue();
		assertThat(consume("d", 6).isAdmitted()).isFalse();
		assertThat(consume("a", 9).isAdmitted()).isTrue();
		assertThat(this.member.limiter().activeKeys(LocalMember.LIMIT)).isEqualTo(3);
		List<BucketKey> keys = new ArrayList<>();
		this.member.store().replicas().keys().forEachRemaining(keys::add);
		assertThat(keys).contains(new BucketKey(LocalMember.LIMIT, "", true));
	}

	@Test
	void aKeyWithoutNameIsNotTheOverflowBucket() {
		consume("", 7);
		consume("b", 1);
		assertThat(consume("c", 6).isAdmitted()).isTrue();
	}

	@Test
	void aKeyBeyondTheBoundIsSeenAsARequestWouldFindIt() {
		consume("a", 1);
		consume("b", 1);
		consume("c", 6);
		BucketStatus seen = this.member.limiter().peek(LocalMember.LIMIT, "d");
		assertThat(seen.overflow()).isTrue();
		assertThat(seen.spendable()).isEqualTo(tokens(4));
		assertThat(consume("d", 11).remaining()).isEqualTo(tokens(4));
		assertThat(this.member.limiter().find(LocalMember.LIMIT, "d")).isEmpty();
	}

	@Test
	void lookingAtAKeyBeyondTheBoundCreatesNoOverflowBucket() {
		consume("a", 1);
		consume("b", 1);
		BucketStatus seen = this.member.limiter().peek(LocalMember.LIMIT, "c");
		assertThat(seen.overflow()).isTrue();
		assertThat(seen.spendable()).isEqualTo(tokens(10));
		assertThat(this.member.store().size()).isEqualTo(2);
	}

	@Test
	void roomIsMadeByDroppingFullBuckets() {
		consume("a", 1);
		consume("b", 1);
		consume("c", 6);
		settleFor(Duration.ofSeconds(20));
		assertThat(this.member.store().size()).isZero();
		consume("d", 10);
		assertThat(consume("e", 10).isAdmitted()).isTrue();
		assertThat(this.member.limiter().find(LocalMember.LIMIT, "e")).isPresent();
	}

	@Test
	void aPeersKeyForWhichThereIsNoRoomIsLeftAlone() {
		consume("a", 1);
		consume("b", 1);
		this.member.hear(BOB);
		TokenBucketState state = TokenBucketState.empty().consume(new Birth(BOB, 1), tokens(3));
		assertThat(merge(BucketKey.of(LocalMember.LIMIT, "c"), state)).isTrue();
		assertThat(this.member.limiter().find(LocalMember.LIMIT, "c")).isEmpty();
		assertThat(this.member.limiter().peek(LocalMember.LIMIT, "c").level()).isEqualTo(tokens(10));
	}

	@Test
	void peersShareTheOverflowBucketToo() {
		consume("a", 1);
		consume("b", 1);
		this.member.hear(BOB);
		merge(BucketKey.overflow(LocalMember.LIMIT), TokenBucketState.empty().consume(new Birth(BOB, 1), tokens(3)));
		assertThat(consume("c", 8).isAdmitted()).isFalse();
		assertThat(consume("c", 7).outcome()).isNotEqualTo(Outcome.REJECTED);
	}

	@Test
	void howOftenARequestFellToItIsCounted() {
		consume("a", 1);
		consume("b", 1);
		assertThat(this.member.limiter().overflowed(LocalMember.LIMIT)).isZero();
		consume("c", 1);
		consume("d", 1);
		consume("a", 1);
		assertThat(this.member.limiter().overflowed(LocalMember.LIMIT)).isEqualTo(2);
	}

	@ParameterizedTest
	@ValueSource(ints = { 1, 2, 3 })
	void threadsThatInventKeysAtOnceDoNotExceedTheBound(int run) throws Exception {
		int maxKeys = 500;
		LocalMember flooded = new LocalMember(new VirtualTime(), ALICE, maxKeys,
				policy(limit(10, "1"), Consistency.EVENTUAL));
		ExecutorService threads = Executors.newFixedThreadPool(4);
		try {
			CyclicBarrier start = new CyclicBarrier(4);
			List<Future<Integer>> floods = new ArrayList<>();
			for (int thread = 0; thread < 4; thread++) {
				String prefix = "run-%d-thread-%d-".formatted(run, thread);
				floods.add(threads.submit(() -> {
					start.await();
					for (int i = 0; i < maxKeys; i++) {
						flooded.limiter().tryConsume(LocalMember.LIMIT, prefix + i, 1);
					}
					return maxKeys;
				}));
			}
			for (Future<Integer> flood : floods) {
				flood.get();
			}
		}
		finally {
			threads.shutdownNow();
		}
		List<BucketKey> keys = new ArrayList<>();
		flooded.store().replicas().keys().forEachRemaining(keys::add);
		assertThat(keys).filteredOn((key) -> !key.overflow()).hasSize(maxKeys);
		assertThat(keys).filteredOn(BucketKey::overflow).hasSize(1);
		assertThat(flooded.store().size()).isEqualTo(maxKeys + 1);
	}

	// Else a million keys of 7 kB each would take seven times the memory.
	@Test
	void aLongKeyTakesTheRoomOfSeveral() {
		LocalMember roomy = new LocalMember(new VirtualTime(), ALICE, 10, policy(limit(10, "1"), Consistency.EVENTUAL));
		for (int i = 0; i < 10; i++) {
			roomy.limiter().tryConsume(LocalMember.LIMIT, "x".repeat(3_500) + i, 1);
		}
		assertThat(roomy.store().size()).isEqualTo(3);
		roomy.limiter().tryConsume(LocalMember.LIMIT, "short", 1);
		assertThat(roomy.limiter().find(LocalMember.LIMIT, "short")).isPresent();
		roomy.advance(Duration.ofSeconds(20));
		roomy.store().acknowledgeAlone(roomy.now());
		roomy.tick();
		roomy.tick();
		assertThat(roomy.store().size()).isZero();
		for (int i = 0; i < 11; i++) {
			roomy.limiter().tryConsume(LocalMember.LIMIT, "key" + i, 1);
		}
		assertThat(roomy.store().size()).isEqualTo(11);
		assertThat(roomy.limiter().overflowed(LocalMember.LIMIT)).isEqualTo(9);
	}

	@Test
	void aBucketOfALimitThatIsNotKnownHereIsIgnored() {
		assertThat(merge(BucketKey.of("elsewhere", "a"), TokenBucketState.empty())).isTrue();
		assertThat(this.member.store().size()).isZero();
	}

	private Decision consume(String key, long tokens) {
		return this.member.limiter().tryConsume(LocalMember.LIMIT, key, tokens);
	}

	private boolean merge(BucketKey key, TokenBucketState state) {
		return this.member.store().replicas().merge(new BucketUpdate(key, state), this.member.now()).isAccepted();
	}

	private void settleFor(Duration duration) {
		for (long left = duration.toMillis(); left > 0; left -= 200) {
			this.member.advance(Duration.ofMillis(200));
			this.member.store().acknowledgeAlone(this.member.now());
			this.member.tick();
		}
	}

}
