package io.openclaw.tokenbucket.limiter.rule;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.LongStream;

import org.assertj.core.data.Percentage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import io.openclaw.tokenbucket.crdt.MemberId;

import static io.openclaw.tokenbucket.limiter.Fleets.ALICE;
import static io.openclaw.tokenbucket.limiter.Fleets.BOB;
import static io.openclaw.tokenbucket.limiter.Fleets.CAROL;
import static io.openclaw.tokenbucket.limiter.Fleets.millis;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link Demand}.
 */
class DemandTests {

	private static final Percentage EXACT = Percentage.withPercentage(1e-6);

	private static final long START = Long.MAX_VALUE - millis(700);

	private final Demand demand = new Demand();

	static LongStream seeds() {
		return LongStream.range(0, 50);
	}

	@Test
	void decaysToOneEthInHalfASecond() {
		this.demand.add(ALICE, 1000, START);
		assertThat(this.demand.of(ALICE, START)).isCloseTo(1000, EXACT);
		assertThat(this.demand.of(ALICE, START + millis(500))).isCloseTo(1000 / Math.E, EXACT);
		assertThat(this.demand.of(ALICE, START + millis(1000))).isCloseTo(1000 / Math.E / Math.E, EXACT);
	}

	@Test
	void consumptionOfThePastCountsAsWhatIsLeftOfIt() {
		this.demand.add(ALICE, 1000, START + millis(500));
		this.demand.add(ALICE, 1000, START);
		assertThat(this.demand.of(ALICE, START + millis(500))).isCloseTo(1000 + 1000 / Math.E, EXACT);
	}

	@ParameterizedTest
	@MethodSource("seeds")
	void theOrderOfArrivalDoesNotMatter(long seed) {
		Random random = new Random(seed);
		List<Long> times = new ArrayList<>();
		double expected = 0;
		for (int i = 0; i < 20; i++) {
			long at = random.nextLong(millis(2000));
			times.add(at);
			expected += 100 * Math.exp((at - millis(2000)) / 0.5e9);
		}
		Collections.shuffle(times, random);
		times.forEach((at) -> this.demand.add(ALICE, 100, START + at));
		assertThat(this.demand.of(ALICE, START + millis(2000))).as("seed %d", seed).isCloseTo(expected, EXACT);
	}

	@Test
	void membersAreCountedApart() {
		this.demand.add(ALICE, 1000, START);
		assertThat(this.demand.of(BOB, START)).isZero();
		this.demand.add(CAROL, 300, START);
		this.demand.add(BOB, 20, START);
		this.demand.add(ALICE, 1, START);
		assertThat(this.demand.of(ALICE, START)).isCloseTo(1001, EXACT);
		assertThat(this.demand.of(BOB, START)).isCloseTo(20, EXACT);
		assertThat(this.demand.of(CAROL, START)).isCloseTo(300, EXACT);
	}

	@Test
	void theTotalOfSomeDecaysAsTheyDo() {
		this.demand.add(ALICE, 1000, START);
		this.demand.add(BOB, 20, START);
		this.demand.add(CAROL, 300, START);
		List<MemberId> members = List.of(BOB, CAROL);
		Demand.Total later = this.demand.of(members, START).after(millis(500));
		assertThat(later.sum()).isCloseTo(320 / Math.E, EXACT);
		assertThat(later.largest()).isCloseTo(300 / Math.E, EXACT);
		assertThat(this.demand.of(members, START + millis(500)).sum()).isCloseTo(320 / Math.E, EXACT);
	}

	@Test
	void whatHasFadedIsForgotten() {
		this.demand.add(ALICE, 1000, START);
		this.demand.add(BOB, 20, START);
		this.demand.forgetFaded(100, START + millis(500));
		assertThat(this.demand.of(BOB, START)).isZero();
		assertThat(this.demand.of(ALICE, START)).isCloseTo(1000, EXACT);
		this.demand.forgetFaded(400, START + millis(500));
		assertThat(this.demand.isEmpty()).isTrue();
	}

}
