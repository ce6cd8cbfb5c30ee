package io.openclaw.tokenbucket.replication.wire;

import java.time.Duration;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;

import org.junit.jupiter.api.Test;

import io.openclaw.tokenbucket.crdt.Birth;
import io.openclaw.tokenbucket.crdt.Fold;
import io.openclaw.tokenbucket.crdt.GCounter;
import io.openclaw.tokenbucket.crdt.MemberId;
import io.openclaw.tokenbucket.crdt.TokenBucketState;
import io.openclaw.tokenbucket.limiter.port.BucketKey;
import io.openclaw.tokenbucket.limiter.port.BucketUpdate;
import io.openclaw.tokenbucket.replication.port.MalformedMessageException;
import io.openclaw.tokenbucket.replication.port.Standing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Tests for {@link FoldSection}.
 */
class FoldSectionTests {

	private static final MemberId A = new MemberId("a", 1);

	private static final MemberId GONE = new MemberId("x", 9);

	private static final TokenBucketState STATE = TokenBucketState.empty().consume(new Birth(A, 1), 5);

	private static final Fold FOLD = new Fold(2, 300, 4, 0, 5, new Fold.Baseline(7,
			GCounter.of(Map.of(new Birth(GONE, 1), 3L)), GCounter.empty(), GCounter.of(Map.of(GONE, 4L))));

	// Byte for byte as docs/wire-format.md explains it.
	private static final String GOLDEN = """
			02
			00  02  ac 02  09  00  0b  01  07  01 03 00 01 07  00  01 03 00 09 00
			02  01  06  03  00  00  00
			""".replaceAll("\\s", "");

	@Test
	void foldsAreTheseBytes() throws MalformedMessageException {
		List<BucketUpdate> buckets = List.of(bucket("k", FOLD), bucket("l", Fold.NONE),
				bucket("m", new Fold(1, 6, 1, 0, 0, null)));
		Message message = message(new Message.Batch(new SequenceRange(3, 3), buckets), Sections.NONE);
		byte[] bytes = MessageCodec.encode(message);
		assertThat(HexFormat.of().formatHex(bytes)).endsWith("01041c" + GOLDEN);
		assertThat(MessageCodec.decode(bytes, KnownAnnouncements.NONE)).isEqualTo(message);
	}

	@Test
	void whatIsOfNoBucketIsRejected() {
		assertRejected("00");
		assertRejected("0103010600000000");
		assertRejected("02" + "00010600000000" + "00010600000000");
		assertRejected("01" + "00010600000002");
	}

	@Test
	void entriesOfBaselinesAreBoundedTogether() {
		Map<Birth, Long> births = new HashMap<>();
		for (long number = 1; number <= MessageCodec.MAX_ENTRIES; number++) {
			births.put(new Birth(GONE, number), 1L);
		}
		Fold many = new Fold(1, 1, births.size(), 0, 0,
				new Fold.Baseline(0, GCounter.of(births), GCounter.empty(), GCounter.empty()));
		Message message = message(new Message.Batch(new SequenceRange(3, 3), List.of(bucket("k", many))),
				Sections.NONE);
		assertThatExceptionOfType(MalformedMessageException.class)
			.isThrownBy(() -> MessageCodec.decode(MessageCodec.encode(message), KnownAnnouncements.NONE))
			.withMessage("count");
	}

	private static void assertRejected(String content) {
		byte[] bytes = HexFormat.of().parseHex(content + (content.equals("00") ? "00" : ""));
		Sections sections = Sections.NONE.with(FoldSection.FOLDS, (out) -> {
			for (byte next : bytes) {
				out.writeByte(next);
			}
		});
		Message message = message(new Message.Batch(new SequenceRange(3, 3), List.of(bucket("k", Fold.NONE))),
				sections);
		assertThatExceptionOfType(MalformedMessageException.class)
			.isThrownBy(() -> MessageCodec.decode(MessageCodec.encode(message), KnownAnnouncements.NONE));
	}

	private static BucketUpdate bucket(String key, Fold fold) {
		return new BucketUpdate(BucketKey.of("rating", key),
				new TokenBucketState(STATE.consumed(), STATE.returned(), STATE.granted(), 0, fold));
	}

	private static Message message(Message.Batch batch, Sections sections) {
		return new Message(A, Standing.MEMBER, 1000, 3, false, false,
				new Announcement(null, Duration.ZERO, List.of(A), Map.of()), Map.of(), List.of(), null, batch, null,
				sections);
	}

}
