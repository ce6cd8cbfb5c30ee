package io.openclaw.tokenbucket.replication.delivery;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import io.openclaw.tokenbucket.replication.wire.Message;

import static java.time.Duration.ofMillis;
import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * Everything, on its way out and in.
 */
class TransferTests {

	private final TransferIn in = new TransferIn();

	private final TransferOut out = new TransferOut();

	@ParameterizedTest
	@ValueSource(longs = { 1, 2, 3 })
	void aTransferIsWholeOnceEveryPartArrivedInWhateverOrder(long seed) {
		List<Integer> parts = new ArrayList<>();
		for (int part = 0; part < 20; part++) {
			parts.add(part);
			parts.add(part);
		}
		Collections.shuffle(parts, new Random(seed));
		List<Integer> arrived = new ArrayList<>();
		for (int part : parts) {
			arrived.add(part);
			boolean whole = arrived.stream().distinct().count() == 20;
			assertThat(this.in.receive(part(4, part, 20))).as("seed %d", seed).isEqualTo(whole);
			assertThat(this.in.completed()).isEqualTo(whole ? 4 : 0);
		}
	}

	@Test
	void partsOfDifferentTransfersDoNotAddUp() {
		this.in.receive(part(1, 0, 2));
		assertThat(this.in.receive(part(2, 1, 2))).isFalse();
		assertThat(this.in.receive(part(2, 0, 2))).isTrue();
	}

	@Test
	void aLatePartOfAnEarlierTransferDoesNotUndoACompleteOne() {
		this.in.receive(part(2, 0, 1));
		assertThat(this.in.receive(part(1, 1, 2))).isFalse();
		assertThat(this.in.completed()).isEqualTo(2);
	}

	@Test
	void moreThanAMillionPartsAreIgnored() {
		assertThat(this.in.receive(part(1, Integer.MAX_VALUE - 1, Integer.MAX_VALUE))).isFalse();
		assertThat(this.in.completed()).isZero();
	}

	@Test
	void itIsDueUntilItIsCompleteButNotWhileItIsUnderWay() {
		assertThat(this.out.isDue(0)).isTrue();
		start(3);
		assertThat(this.out.isDue(ofMillis(900).toNanos())).isFalse();
		assertThat(this.out.isUnderWay(ofMillis(900).toNanos())).isTrue();
		this.out.progress(ofMillis(900).toNanos());
		assertThat(this.out.isDue(ofMillis(1800).toNanos())).isFalse();
		assertThat(this.out.isDue(ofSeconds(2).toNanos())).isTrue();
		assertThat(this.out.isUnderWay(ofSeconds(2).toNanos())).isFalse();
		assertThat(this.out.isUnfinished()).isTrue();
		this.out.completed(3);
		assertThat(this.out.isUnfinished()).isFalse();
		assertThat(this.out.parts()).isEmpty();
		assertThat(this.out.isDue(ofSeconds(9).toNanos())).isFalse();
		assertThat(this.out.isComplete()).isTrue();
	}

	@Test
	void onlyTheTransferOnItsWayCompletesIt() {
		this.out.completed(0);
		assertThat(this.out.isComplete()).isFalse();
		start(3);
		this.out.completed(2);
		this.out.completed(0);
		assertThat(this.out.isComplete()).isFalse();
	}

	@Test
	void aNewTransferIsNotComplete() {
		start(3);
		this.out.completed(3);
		start(4);
		assertThat(this.out.isComplete()).isFalse();
	}

	private void start(long id) {
		this.out.start(id, 7, List.of(List.of()), 0);
	}

	private static Message.Transfer part(long id, int part, int parts) {
		return new Message.Transfer(id, part, parts, 0, List.of());
	}

}
