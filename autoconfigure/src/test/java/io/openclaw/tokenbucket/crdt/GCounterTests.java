package io.openclaw.tokenbucket.crdt;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.LongStream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

/**
 * Tests for {@link GCounter}.
 */
class GCounterTests {

	static LongStream seeds() {
		return LongStream.range(0, 100);
	}

	@ParameterizedTest
	@MethodSource("seeds")
	void mergeIsCommutativeAssociativeAndIdempotent(long seed) {
		RandomStates states = new RandomStates(seed);
		GCounter<Birth> a = states.byBirth();
		GCounter<Birth> b = states.byBirth();
		GCounter<Birth> c = states.byBirth();
		assertThat(a.merge(b)).as("seed %d", seed).isEqualTo(b.merge(a)).hasSameHashCodeAs(b.merge(a));
		assertThat(a.merge(b).merge(c)).as("seed %d", seed).isEqualTo(a.merge(b.merge(c)));
		assertThat(a.merge(a)).as("seed %d", seed).isSameAs(a);
		assertThat(a.merge(b).merge(b)).as("seed %d", seed).isEqualTo(a.merge(b));
	}

	@ParameterizedTest
	@MethodSource("seeds")
	void mergeIsTheLeastUpperBound(long seed) {
		RandomStates states = new RandomStates(seed);
		GCounter<Birth> a = states.byBirth();
		GCounter<Birth> b = states.byBirth();
		GCounter<Birth> merged = a.merge(b);
		assertThat(merged.isAtLeast(a) && merged.isAtLeast(b)).as("seed %d", seed).isTrue();
		GCounter<Birth> anyUpperBound = merged.merge(states.byBirth());
		assertThat(anyUpperBound.isAtLeast(merged)).as("seed %d", seed).isTrue();
		assertThat(a.isAtLeast(b)).as("seed %d", seed).isEqualTo(merged.equals(a));
	}

	@ParameterizedTest
	@MethodSource("seeds")
	void agreesWithAMapThatTakesTheMaximum(long seed) {
		RandomStates states = new RandomStates(seed);
		GCounter<Birth> counter = GCounter.empty();
		Map<Birth, Long> model = new TreeMap<>();
		for (int i = 0; i < 10; i++) {
			GCounter<Birth> other = states.byBirth();
			counter = counter.merge(other);
			other.forEach((birth, amount) -> model.merge(birth, amount, Math::max));
			Birth mine = new Birth(states.member(), 1);
			long more = states.amount();
			counter = counter.add(mine, more);
			model.merge(mine, more, Long::sum);
		}
		assertThat(entries(counter)).as("seed %d", seed).isEqualTo(model);
		assertThat(counter.sum()).as("seed %d", seed)
			.isEqualTo(model.values().stream().mapToLong(Long::longValue).sum());
		assertThat(counter).as("seed %d", seed).isEqualTo(GCounter.of(model));
		assertThat(counter.sum((birth) -> birth.number() == 1)).as("seed %d", seed)
			.isEqualTo(model.entrySet()
				.stream()
				.filter((entry) -> entry.getKey().number() == 1)
				.mapToLong(Map.Entry::getValue)
				.sum());
	}

	@Test
	void addingLeavesTheOriginalAsItWas() {
		GCounter<String> before = GCounter.of(Map.of("b", 2L));
		GCounter<String> after = before.add("a", 1).add("b", 3).add("c", 4);
		assertThat(before).isEqualTo(GCounter.of(Map.of("b", 2L)));
		assertThat(after).isEqualTo(GCounter.of(Map.of("a", 1L, "b", 5L, "c", 4L)));
		List<String> order = new ArrayList<>();
		after.forEach((key, amount) -> order.add(key));
		assertThat(order).containsExactly("a", "b", "c");
	}

	@Test
	void anEntryOfNothingIsNoEntry() {
		GCounter<String> nothing = GCounter.of(Map.of("a", 0L));
		assertThat(nothing).isEqualTo(GCounter.empty());
		assertThat(nothing.size()).isZero();
		assertThat(nothing.merge(GCounter.empty())).isEqualTo(GCounter.<String>empty().merge(nothing));
		assertThat(GCounter.<String>empty().add("a", 0)).isEqualTo(nothing);
	}

	@Test
	void aMergeThatAddsNothingReturnsTheVeryInstance() {
		GCounter<String> counter = GCounter.of(Map.of("a", 3L, "b", 2L));
		assertThat(counter.merge(GCounter.of(Map.of("b", 2L)))).isSameAs(counter);
	}

	@Test
	void aKeyWithoutEntryCountsZero() {
		assertThat(GCounter.of(Map.of("b", 2L)).get("a")).isZero();
	}

	@Test
	void refusesToShrinkOrToWrapAround() {
		GCounter<String> counter = GCounter.of(Map.of("a", Long.MAX_VALUE));
		assertThatIllegalArgumentException().isThrownBy(() -> counter.add("a", -1));
		assertThatIllegalArgumentException().isThrownBy(() -> GCounter.of(Map.of("a", -1L)));
		assertThatExceptionOfType(ArithmeticException.class).isThrownBy(() -> counter.add("a", 1));
		assertThatExceptionOfType(ArithmeticException.class).isThrownBy(() -> counter.add("b", 1));
		assertThatExceptionOfType(ArithmeticException.class)
			.isThrownBy(() -> counter.merge(GCounter.of(Map.of("b", 1L))));
	}

	private static Map<Birth, Long> entries(GCounter<Birth> counter) {
		Map<Birth, Long> entries = new TreeMap<>();
		counter.forEach(entries::put);
		return entries;
	}

	@Test
	void retainsTheEntriesThatPassAndItselfIfAllDo() {
		GCounter<String> counter = GCounter.of(Map.of("a", 1L, "b", 2L, "c", 3L));
		assertThat(counter.retain((key, amount) -> !key.equals("b"))).isEqualTo(GCounter.of(Map.of("a", 1L, "c", 3L)));
		assertThat(counter.retain((key, amount) -> amount > 1).sum()).isEqualTo(5);
		assertThat(counter.retain((key, amount) -> false)).isEqualTo(GCounter.empty());
		assertThat(counter.retain((key, amount) -> true)).isSameAs(counter);
	}

	@ParameterizedTest
	@MethodSource("seeds")
	void whatIsLargerThanInAnotherIsPassedWithWhatTheOtherHas(long seed) {
		RandomStates states = new RandomStates(seed);
		GCounter<Birth> counter = states.byBirth();
		GCounter<Birth> other = states.random().nextBoolean() ? states.byBirth() : counter.minus(states.byBirth());
		Map<Birth, Long> expected = new TreeMap<>();
		counter.forEach((birth, amount) -> {
			if (amount > other.get(birth)) {
				expected.put(birth, amount - other.get(birth));
			}
		});
		Map<Birth, Long> grown = new TreeMap<>();
		counter.forEachAbove(other, (birth, amount, before) -> grown.put(birth, amount - before));
		assertThat(grown).as("seed %d", seed).isEqualTo(expected);
	}

}
