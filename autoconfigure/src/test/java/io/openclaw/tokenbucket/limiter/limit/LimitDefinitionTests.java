package io.openclaw.tokenbucket.limiter.limit;

import java.time.Duration;
import java.util.Random;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import io.openclaw.tokenbucket.crdt.Limit;
import io.openclaw.tokenbucket.crdt.MicroTokens;
import io.openclaw.tokenbucket.crdt.RefillRate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

class LimitDefinitionTests {

	@ParameterizedTest
	@ValueSource(longs = { 1, 2, 3, 4 })
	void mergeIsCommutativeAssociativeAndIdempotent(long seed) {
		Random random = new Random(seed);
		for (int i = 0; i < 20_000; i++) {
			LimitDefinition a = random(random);
			LimitDefinition b = random(random);
			LimitDefinition c = random(random);
			assertThat(a.merge(b)).as("seed %d, round %d", seed, i).isEqualTo(b.merge(a));
			assertThat(a.merge(b).merge(c)).as("seed %d, round %d", seed, i).isEqualTo(a.merge(b.merge(c)));
			assertThat(a.merge(a)).as("seed %d, round %d", seed, i).isSameAs(a);
			assertThat(a.merge(b).merge(b)).as("seed %d, round %d", seed, i).isEqualTo(a.merge(b));
		}
	}

	@Test
	void theHighestRevisionWinsThenTheLastEdit() {
		LimitDefinition first = definition(100, 10, 100, 1, 0);
		LimitDefinition edited = definition(50, 10, 50, 1, 1);
		LimitDefinition second = definition(70, 10, 70, 2, 0);
		assertThat(first.merge(edited)).isEqualTo(edited);
		assertThat(edited.merge(second).limit().capacity()).isEqualTo(MicroTokens.ofTokens(70));
		assertThat(second.isNewerThan(edited)).isTrue();
		assertThat(edited.isNewerThan(second)).isFalse();
	}

	@Test
	void aForgedEditThatIsTheLastThereCanBeIsFollowedWithoutAnError() {
		LimitDefinition forged = definition(1000, 10, 1000, 1, Long.MAX_VALUE);
		LimitDefinition configured = definition(50, 10, 50, 1, 0);
		assertThat(forged.deployed(configured).merge(forged).limit().capacity()).isEqualTo(MicroTokens.ofTokens(50));
		assertThat(configured.following(forged).edit()).isEqualTo(Long.MAX_VALUE);
	}

	@Test
	void underTheSameVersionTheOneThatAdmitsLessWins() {
		assertThat(definition(100, 10, 100, 1, 1).merge(definition(50, 10, 50, 1, 1)).limit().capacity())
			.isEqualTo(MicroTokens.ofTokens(50));
		assertThat(definition(50, 10, 50, 1, 1).merge(definition(50, 5, 50, 1, 1)).limit().refillRate())
			.isEqualTo(RefillRate.of(5, Duration.ofSeconds(1)));
	}

	@Test
	void theInitialTokensAreThoseOfTheDefinitionThatHolds() {
		LimitDefinition merged = definition(100, 10, 100, 1, 0).merge(definition(2000, 10, 2000, 2, 0));
		assertThat(merged).isEqualTo(definition(2000, 10, 2000, 2, 0));
	}

	@Test
	void underTheSameVersionTheSmallerInitialTokensWin() {
		assertThat(definition(100, 10, 100, 1, 0).merge(definition(100, 10, 7, 1, 0)))
			.isEqualTo(definition(100, 10, 7, 1, 0));
	}

	@Test
	void definitionsThatBeginWithOtherTokensDoNotAgree() {
		assertThat(definition(100, 10, 100, 1, 0).agreesWith(definition(100, 10, 100, 2, 3))).isTrue();
		assertThat(definition(100, 10, 100, 1, 0).agreesWith(definition(100, 10, 99, 1, 0))).isFalse();
	}

	@Test
	void itReadsAsAnOperatorWouldWriteIt() {
		assertThat(definition(100, 10, 100, 3, 1))
			.hasToString("capacity 100, 10 tokens/s, bounded, enforce, version 3.1");
		Limit perMinute = new Limit("rating", MicroTokens.ofTokens(20), RefillRate.of(100, Duration.ofMinutes(1)),
				MicroTokens.ofTokens(5), 0);
		assertThat(of(perMinute))
			.hasToString("capacity 20, initially 5, 1.666667 tokens/s, bounded, enforce, version 0.0");
		Limit slow = new Limit("rating", MicroTokens.ofTokens(1), RefillRate.of(1, Duration.ofDays(36_500)), 0, 0);
		assertThat(of(slow))
			.hasToString("capacity 1, initially 0, 0.000000000317098 tokens/s, bounded, enforce, version 0.0");
	}

	@Test
	void anEditFollowsWhatItReplaces() {
		LimitDefinition configured = definition(100, 10, 50, 7, 3);
		LimitDefinition edited = definition(30, 1, 30, 0, 0).following(configured);
		assertThat(edited.agreesWith(definition(30, 1, 30, 7, 4))).isTrue();
		assertThat(edited.version()).isEqualTo("7.4");
		assertThat(edited.isBasedOn(configured)).isTrue();
		LimitDefinition again = definition(500, 1, 500, 0, 0).following(edited);
		assertThat(again.version()).isEqualTo("7.5");
		assertThat(again.isBasedOn(configured)).isTrue();
	}

	@Test
	void anEditOutlivesTheConfigurationThatItWasMadeOnAndNoOther() {
		LimitDefinition configured = definition(100, 10, 50, 7, 0);
		LimitDefinition edited = definition(30, 1, 30, 0, 0).following(configured);
		assertThat(edited.deployed(configured)).isSameAs(edited);
		LimitDefinition other = edited.deployed(definition(300, 10, 50, 2, 0));
		assertThat(other).isEqualTo(definition(300, 10, 50, 7, 2));
		assertThat(other.deployed(configured)).isEqualTo(definition(100, 10, 50, 7, 3));
	}

	@Test
	void whoeverWantsTheConfigurationHasItWhateverWasChanged() {
		LimitDefinition configured = definition(100, 10, 50, 7, 0);
		LimitDefinition edited = definition(30, 1, 30, 0, 0).following(configured);
		assertThat(edited.resetTo(configured)).isEqualTo(definition(100, 10, 50, 7, 2));
		assertThat(configured.resetTo(configured)).isSameAs(configured);
	}

	@Test
	void whatDiffersHasAnotherFingerprint() {
		LimitDefinition one = definition(100, 10, 50, 1, 1);
		assertThat(one.fingerprint()).isEqualTo(definition(100, 10, 50, 1, 1).fingerprint())
			.isNotEqualTo(definition(101, 10, 50, 1, 1).fingerprint())
			.isNotEqualTo(definition(100, 11, 50, 1, 1).fingerprint())
			.isNotEqualTo(definition(100, 10, 51, 1, 1).fingerprint())
			.isNotEqualTo(definition(100, 10, 50, 2, 1).fingerprint())
			.isNotEqualTo(definition(100, 10, 50, 1, 2).fingerprint())
			.isNotEqualTo(one.with("a", true).fingerprint())
			.isNotEqualTo(new LimitDefinition(one.limit(), 1, Consistency.STRICT, Mode.ENFORCE).fingerprint())
			.isNotEqualTo(new LimitDefinition(one.limit(), 1, Consistency.BOUNDED, Mode.SHADOW).fingerprint());
	}

	@Test
	void keysGoWithTheVersionAndEndWithTheConfiguration() {
		LimitDefinition configured = definition(100, 10, 100, 0, 0);
		LimitDefinition added = configured.with("a", true).following(configured);
		assertThat(added.isNewerThan(configured)).isTrue();
		assertThat(added.agreesWith(configured)).isFalse();
		assertThat(added.deployed(configured)).isSameAs(added);
		assertThat(added.resetTo(configured).keys()).isEmpty();
		assertThat(added.with("a", false).fingerprint()).isNotEqualTo(added.fingerprint());
	}

	@Test
	void whatCouldNotBeConfiguredIsOutOfRange() {
		assertThat(definition(1, 1, 1, 0, 0).isInRange()).isTrue();
		assertThat(of(new Limit("a", 999_999, RefillRate.of(1, Duration.ofSeconds(1)), 0, 0)).isInRange()).isFalse();
		assertThat(of(new Limit("a", 1_000_000, RefillRate.of(1, Duration.ofDays(36_500)), 0, 0)).isInRange()).isTrue();
		assertThat(of(new Limit("a", 1_000_000, RefillRate.of(1, Duration.ofDays(36_501)), 0, 0)).isInRange())
			.isFalse();
		assertThat(of(new Limit("a", 1_000_000, new RefillRate(1, Long.MAX_VALUE), 0, 0)).isInRange()).isFalse();
		assertThat(of(new Limit("a", 1_000_000, new RefillRate(Long.MAX_VALUE, 1), 0, 0)).isInRange()).isFalse();
		assertThatIllegalArgumentException().isThrownBy(() -> definition(1, 1, 1, -1, 0));
		assertThatIllegalArgumentException().isThrownBy(() -> definition(1, 1, 1, 0, -1));
	}

	private static LimitDefinition of(Limit limit) {
		return new LimitDefinition(limit, 0, Consistency.BOUNDED, Mode.ENFORCE);
	}

	// Few values, so that versions and contents often coincide.
	private static LimitDefinition random(Random random) {
		long capacity = 1 + random.nextInt(3);
		RefillRate rate = RefillRate.of(1 + random.nextInt(2), Duration.ofSeconds(1 + random.nextInt(2)));
		Limit limit = new Limit("rating", MicroTokens.ofTokens(capacity), rate,
				MicroTokens.ofTokens(random.nextInt((int) capacity + 1)), random.nextInt(3));
		LimitDefinition definition = new LimitDefinition(limit, random.nextInt(3),
				Consistency.values()[random.nextInt(3)], Mode.values()[random.nextInt(2)]);
		return random.nextBoolean() ? definition.with("a", random.nextBoolean()) : definition;
	}

	private static LimitDefinition definition(long capacity, long perSecond, long initial, long revision, long edit) {
		return new LimitDefinition(new Limit("rating", MicroTokens.ofTokens(capacity),
				RefillRate.of(perSecond, Duration.ofSeconds(1)), MicroTokens.ofTokens(initial), revision), edit,
				Consistency.BOUNDED, Mode.ENFORCE);
	}

}
