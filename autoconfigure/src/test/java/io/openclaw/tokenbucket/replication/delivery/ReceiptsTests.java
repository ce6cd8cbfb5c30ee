package io.openclaw.tokenbucket.replication.delivery;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.TreeSet;
import java.util.stream.LongStream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import io.openclaw.tokenbucket.replication.wire.SequenceRange;
import io.openclaw.tokenbucket.replication.wire.WireReader;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Receipts against a set of numbers.
 */
class ReceiptsTests {

	private static final int MOST_ASKED = 16;

	@Test
	void aYoungerMessageCorrectsWhatNeverWasPublished() {
		Receipts receipts = new Receipts(4);
		receipts.announce(1_000, 0);
		receipts.receive(900, 950, 0);
		receipts.correct(6, 1);
		assertThat(receipts.ask(1)).containsExactly(new SequenceRange(5, 6));
		receipts.receive(5, 6, 2);
		assertThat(receipts.isComplete()).isTrue();
		assertThat(receipts.upTo()).isEqualTo(6);
	}

	@Test
	void whoseNumbersWereForgedIsAskedForEverything() {
		Receipts receipts = new Receipts(0);
		receipts.receive(1, 1_000, 0);
		receipts.correct(7, 1);
		assertThat(receipts.ask(1)).containsExactly(new SequenceRange(1, 7));
	}

	@Test
	void patienceGrowsWhileNothingArrives() {
		Receipts receipts = new Receipts(0);
		receipts.announce(3, 0);
		for (int ask = 0; ask < 3; ask++) {
			assertThat(receipts.patience()).isEqualTo(1);
			receipts.ask(ask);
		}
		receipts.ask(3);
		assertThat(receipts.patience()).isEqualTo(2);
		for (int ask = 4; ask < 100; ask++) {
			receipts.ask(ask);
		}
		assertThat(receipts.patience()).isEqualTo(64);
		receipts.receive(1, 1, 100);
		assertThat(receipts.patience()).isEqualTo(1);
	}

	@Test
	void whatArrivesOutOfOrderIsBounded() {
		Receipts receipts = new Receipts(0);
		for (long number = 2; number < 10_000; number += 2) {
			receipts.receive(number, number, 0);
		}
		receipts.receive(1, 1, 0);
		assertThat(receipts.upTo()).isEqualTo(2);
		for (long number = 3; number < 10_000; number += 2) {
			receipts.receive(number, number, 0);
		}
		assertThat(receipts.upTo()).isBetween(2_000L, 2_002L);
	}

	@ParameterizedTest
	@ValueSource(longs = { 1, 2, 3, 4, 5, 6, 7, 8, 9, 10 })
	void theyAgreeWithASetOfNumbersWhateverIsLostDoubledOrOvertaken(long seed) {
		Random random = new Random(seed);
		for (int run = 0; run < 100; run++) {
			long start = random.nextInt(3) * 100L;
			Receipts receipts = new Receipts(start);
			Model model = new Model(start);
			for (int step = 0; step < 100; step++) {
				long first = start + 1 + random.nextInt(80);
				long last = first + (random.nextBoolean() ? 0 : random.nextInt(6));
				if (random.nextInt(10) == 0) {
					assertThat(receipts.announce(last, step)).as("seed %d, run %d, step %d", seed, run, step)
						.isEqualTo(model.announce(last));
				}
				else {
					receipts.receive(first, last, step);
					model.receive(first, last);
				}
				assertThat(receipts.upTo()).as("seed %d, run %d, step %d", seed, run, step).isEqualTo(model.upTo());
				assertThat(receipts.isComplete()).isEqualTo(model.gaps().isEmpty());
				assertThat(receipts.gapSince() != null).isEqualTo(!receipts.isComplete());
				assertThat(receipts.ask(step)).as("seed %d, run %d, step %d", seed, run, step)
					.isEqualTo(model.gaps().stream().limit(MOST_ASKED).toList());
			}
		}
	}

	@Test
	void whatWasThereBeforeTheBeginningIsNeverAskedFor() {
		Receipts receipts = new Receipts(7);
		receipts.receive(3, 4, 0);
		receipts.announce(7, 0);
		assertThat(receipts.isComplete()).isTrue();
		assertThat(receipts.ask(0)).isEmpty();
	}

	@Test
	void aGapIsAsOldAsItsFirstSightingOrItsLastQuestion() {
		Receipts receipts = new Receipts(0);
		receipts.receive(2, 2, 10);
		receipts.receive(4, 4, 20);
		assertThat(receipts.gapSince()).isEqualTo(10);
		receipts.ask(30);
		assertThat(receipts.gapSince()).isEqualTo(30);
		receipts.receive(1, 3, 40);
		assertThat(receipts.gapSince()).isNull();
		receipts.announce(5, 50);
		assertThat(receipts.gapSince()).isEqualTo(50);
	}

	@Test
	void onlyAnAnnouncementOfSomethingNewThatLacksIsNews() {
		Receipts receipts = new Receipts(0);
		assertThat(receipts.announce(2, 0)).isTrue();
		assertThat(receipts.announce(2, 0)).isFalse();
		receipts.receive(1, 3, 0);
		assertThat(receipts.announce(3, 0)).isFalse();
	}

	@Test
	void noMoreThanSixteenRangesAreAskedForAtOnce() {
		Receipts receipts = new Receipts(0);
		for (long number = 2; number <= 32; number += 2) {
			receipts.receive(number, number, 0);
		}
		receipts.announce(40, 0);
		assertThat(receipts.ask(0)).hasSize(MOST_ASKED).last().isEqualTo(new SequenceRange(31, 31));
	}

	@Test
	void theLargestNumbersOverflowNothing() {
		Receipts receipts = new Receipts(0);
		receipts.receive(5, WireReader.LARGEST, 0);
		assertThat(receipts.ask(0)).containsExactly(new SequenceRange(1, 4));
		receipts.receive(1, WireReader.LARGEST, 0);
		assertThat(receipts.upTo()).isEqualTo(WireReader.LARGEST);
		assertThat(receipts.ask(0)).isEmpty();
	}

	private static final class Model {

		private final TreeSet<Long> received = new TreeSet<>();

		private final long start;

		private long announced;

		Model(long start) {
			this.start = start;
			this.announced = start;
		}

		boolean announce(long last) {
			boolean news = last > this.announced;
			this.announced = Math.max(this.announced, last);
			return news && !gaps().isEmpty();
		}

		void receive(long first, long last) {
			this.announced = Math.max(this.announced, last);
			LongStream.rangeClosed(first, last).forEach(this.received::add);
		}

		long upTo() {
			long upTo = this.start;
			while (this.received.contains(upTo + 1)) {
				upTo++;
			}
			return upTo;
		}

		List<SequenceRange> gaps() {
			List<SequenceRange> gaps = new ArrayList<>();
			long first = 0;
			for (long number = this.start + 1; number <= this.announced + 1; number++) {
				boolean lacks = number <= this.announced && !this.received.contains(number);
				if (lacks && first == 0) {
					first = number;
				}
				if (!lacks && first > 0) {
					gaps.add(new SequenceRange(first, number - 1));
					first = 0;
				}
			}
			return gaps;
		}

	}

}
