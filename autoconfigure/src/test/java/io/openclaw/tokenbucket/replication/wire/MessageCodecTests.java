package io.openclaw.tokenbucket.replication.wire;

import java.time.Duration;
import java.util.Arrays;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.IntStream;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import io.openclaw.tokenbucket.crdt.Birth;
import io.openclaw.tokenbucket.crdt.GCounter;
import io.openclaw.tokenbucket.crdt.MemberId;
import io.openclaw.tokenbucket.crdt.TokenBucketState;
import io.openclaw.tokenbucket.limiter.port.BucketKey;
import io.openclaw.tokenbucket.limiter.port.BucketUpdate;
import io.openclaw.tokenbucket.replication.Spender;
import io.openclaw.tokenbucket.replication.port.MalformedMessageException;
import io.openclaw.tokenbucket.replication.port.Standing;
import io.openclaw.tokenbucket.replication.wire.Announcement.AnnouncedLimit;
import io.openclaw.tokenbucket.replication.wire.Message.Listing;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The wire format, for friend and foe.
 */
class MessageCodecTests {

	private static final MemberId A = new MemberId("a", 1);

	private static final MemberId B = new MemberId("b", 2);

	// Byte for byte as docs/wire-format.md explains it.
	private static final String GOLDEN = """
			0b 01  01 61 01  3a 01 e8 07 03
			9f f3 d7 cb d1 ee 95 53  16  02 65 75  80 84 af 5f  01 01 62 02  01 06 72 61 74 69 6e 67 05 01 06
			01 ac 02  00
			01 00 0b 04 01 05 01 09 0a 00  00
			03 00  01 06 72 61 74 69 6e 67 00  01 6b 40
			01 01 00 01 04  00  01 00 00 81 02 00  00
			""".replaceAll("\\s", "");

	private static final String BODY = GOLDEN.substring(0, GOLDEN.length() - 2);

	private static final String WITH_SECTIONS = BODY + "02 10 03 616263 7e 01 2a".replace(" ", "");

	private static final Set<String> REASONS = Set.of("malformed", "version", "truncated", "oversized", "range",
			"count");

	@ParameterizedTest
	@ValueSource(longs = { 1, 2, 3, 4 })
	void everyMessageSurvivesARoundTrip(long seed) throws MalformedMessageException {
		RandomMessages messages = new RandomMessages(seed);
		for (int i = 0; i < 2_000; i++) {
			Message message = messages.next();
			assertThat(MessageCodec.decode(MessageCodec.encode(message), KnownAnnouncements.NONE))
				.as("seed %d, message %d", seed, i)
				.isEqualTo(message);
		}
	}

	@Test
	void aMessageIsTheseBytes() throws MalformedMessageException {
		Message message = golden(Sections.NONE);
		assertThat(HexFormat.of().formatHex(MessageCodec.encode(message))).isEqualTo(GOLDEN);
		assertThat(MessageCodec.decode(HexFormat.of().parseHex(GOLDEN), KnownAnnouncements.NONE)).isEqualTo(message);
	}

	// As it will when a later release adds one.
	@Test
	void aSectionOfAnUnknownTypeIsSkipped() throws MalformedMessageException {
		Sections sections = Sections.NONE.with(126, (out) -> out.writeNumber(42))
			.with(16, (out) -> "abc".chars().forEach(out::writeByte));
		Message message = golden(sections);
		assertThat(HexFormat.of().formatHex(MessageCodec.encode(message))).isEqualTo(WITH_SECTIONS);
		Message read = MessageCodec.decode(HexFormat.of().parseHex(WITH_SECTIONS), KnownAnnouncements.NONE);
		assertThat(read).isEqualTo(message);
		assertThat(read.sections().find(126).orElseThrow().readNumber()).isEqualTo(42);
		assertThat(read.sections().find(17)).isEmpty();
		assertThat(LimitSections.definitions(read, (reason) -> {
		})).isEmpty();
	}

	@ParameterizedTest
	@ValueSource(ints = { 0, 2, 3, 127, 255 })
	void anUnknownVersionIsRejectedByName(int version) {
		byte[] message = HexFormat.of().parseHex(GOLDEN);
		message[1] = (byte) version;
		assertThat(rejection(message)).isEqualTo("version");
	}

	@Test
	void sectionsThatContradictThemselvesAreRejected() {
		String body = BODY;
		assertThat(rejection(HexFormat.of().parseHex(body))).isEqualTo("truncated");
		assertThat(rejection(HexFormat.of().parseHex(body + "01"))).isEqualTo("malformed");
		assertThat(rejection(HexFormat.of().parseHex(body + "010001ff"))).isEqualTo("malformed");
		assertThat(rejection(HexFormat.of().parseHex(body + "0205000500"))).isEqualTo("malformed");
		assertThat(rejection(HexFormat.of().parseHex(body + "0206000500"))).isEqualTo("malformed");
		assertThat(rejection(HexFormat.of().parseHex(body + "01050300"))).isEqualTo("malformed");
		assertThat(rejection(HexFormat.of().parseHex(body + "010500" + "00"))).isEqualTo("malformed");
		assertThat(rejection(HexFormat.of().parseHex(body + "01800100"))).isEqualTo("range");
		assertThat(rejection(HexFormat.of().parseHex(body + "11" + "0100".repeat(17)))).isEqualTo("count");
	}

	@Test
	void whatWasAnnouncedBeforeIsNotSentAgain() throws MalformedMessageException {
		Message whole = golden(Sections.NONE);
		Message brief = new Message(A, Standing.MEMBER, 1001, 3, true, true, whole.announcement(), null, whole.peers(),
				null, whole.batch(), null, Sections.NONE);
		byte[] bytes = MessageCodec.encode(brief);
		assertThat(bytes).hasSize(MessageCodec.encode(whole).length - 26);
		assertThat(MessageCodec.decode(bytes, (sender, digest) -> whole.announcement())).isEqualTo(brief);
		Message unreadable = MessageCodec.decode(bytes, KnownAnnouncements.NONE);
		assertThat(unreadable.announcement()).isNull();
		assertThat(unreadable.sentAt()).isEqualTo(1001);
		assertThat(unreadable.peers()).isEmpty();
		assertThat(unreadable.batch()).isEqualTo(new Message.Batch(new SequenceRange(3, 3), List.of()));
	}

	@Test
	void anAnnouncementThatIsNotWhatItsDigestStandsForIsRejected() {
		assertThat(rejection(HexFormat.of().parseHex(GOLDEN.replace("026575", "026576")))).isEqualTo("malformed");
	}

	@Test
	void aMemberIsNamedOnceAMessage() {
		GCounter<MemberId> granted = GCounter.of(Map.of(new MemberId("a-long-name-of-a-node", 1), 1L));
		BucketUpdate bucket = new BucketUpdate(Spender.key("k"),
				new TokenBucketState(GCounter.empty(), GCounter.empty(), granted));
		int one = MessageBuilder.from(A, Standing.MEMBER).batch(1, 1, bucket).encode().length;
		int two = MessageBuilder.from(A, Standing.MEMBER).batch(1, 1, bucket, bucket).encode().length;
		assertThat(two - one).isLessThan(20);
	}

	@Test
	void everyPrefixOfAMessageIsRejected() {
		RandomMessages messages = new RandomMessages(5);
		for (int i = 0; i < 50; i++) {
			byte[] whole = MessageCodec.encode(messages.next());
			for (int length = 0; length < whole.length; length++) {
				assertThat(rejection(Arrays.copyOf(whole, length))).as("seed 5, message %d, cut at %d", i, length)
					.isNotNull();
			}
		}
	}

	@Test
	void aMessageWithMoreBehindItIsRejected() {
		byte[] whole = MessageCodec.encode(golden(Sections.NONE));
		assertThat(rejection(Arrays.copyOf(whole, whole.length + 1))).isEqualTo("malformed");
	}

	@Test
	void whatIsNoMessageIsRejectedByReason() {
		assertThat(rejection(new byte[0])).isEqualTo("truncated");
		assertThat(rejection(new byte[MessageCodec.MAX_BYTES + 1])).isEqualTo("oversized");
		assertThat(rejection(HexFormat.of().parseHex("0c" + GOLDEN.substring(2)))).isEqualTo("malformed");
	}

	@Test
	void aPlaceOutsideOfTheTableIsRejected() {
		assertThat(rejection(HexFormat.of().parseHex(GOLDEN.replace("010100" + "0104", "010300" + "0104"))))
			.isEqualTo("range");
	}

	@Test
	void aMemberWithoutANameIsRejected() {
		assertThat(rejection(HexFormat.of().parseHex(GOLDEN.replace("0b01016101", "0b010001")))).isEqualTo("range");
	}

	@Test
	void unknownFlagsAreRejected() {
		assertThat(rejection(HexFormat.of().parseHex(GOLDEN.replace("016101" + "3a", "016101" + "7a"))))
			.isEqualTo("malformed");
		assertThat(rejection(HexFormat.of().parseHex(GOLDEN.replace("6e6700016b", "6e6702016b")))).isEqualTo("range");
		assertThat(rejection(HexFormat.of().parseHex(GOLDEN.replace("6e6700016b", "6e6701016b"))))
			.as("an overflow bucket of its own for each key")
			.isEqualTo("range");
	}

	@Test
	void aNumberOfMoreThan64BitsIsRejected() {
		String sentAt = "e807";
		assertThat(rejection(HexFormat.of().parseHex(GOLDEN.replace(sentAt, "ff".repeat(9) + "02")))).isNotNull();
		assertThat(rejection(HexFormat.of().parseHex(GOLDEN.replace(sentAt, "80".repeat(10) + "00")))).isNotNull();
	}

	@ParameterizedTest
	@ValueSource(longs = { 1L << 62, Long.MAX_VALUE, -1, Long.MIN_VALUE })
	void numbersBeyondTheirRangeAreRejected(long number) {
		MessageBuilder message = MessageBuilder.from(A, Standing.MEMBER);
		assertThat(rejection(message.sentAt(number).encode())).isEqualTo("range");
		message.sentAt(1).lastBatch(number);
		assertThat(rejection(message.encode())).isEqualTo("range");
		message.lastBatch(0).lists(B, Standing.MEMBER, true, number, 0);
		assertThat(rejection(message.encode())).isEqualTo("range");
	}

	@Test
	void anAgeIsSentAsTheLargestThatMayBe() throws MalformedMessageException {
		byte[] sent = MessageBuilder.from(A, Standing.MEMBER).age("rating", Long.MAX_VALUE).encode();
		assertThat(MessageCodec.decode(sent, KnownAnnouncements.NONE).ages()).containsEntry("rating", (1L << 62) - 1);
	}

	@Test
	void anAmountIsSentAsTheLargestThatMayBe() throws MalformedMessageException {
		TokenBucketState state = new TokenBucketState(GCounter.of(Map.of(new Birth(A, 1), 1L << 62)), GCounter.empty(),
				GCounter.of(Map.of(B, Long.MAX_VALUE)));
		byte[] sent = MessageBuilder.from(A, Standing.MEMBER)
			.batch(1, 1, new BucketUpdate(Spender.key("k"), state))
			.encode();
		Message.Batch batch = MessageCodec.decode(sent, KnownAnnouncements.NONE).batch();
		assertThat(batch).isNotNull();
		assertThat(batch.buckets().get(0).state().consumed().sum()).isEqualTo((1L << 62) - 1);
		assertThat(batch.buckets().get(0).state().granted().sum()).isEqualTo((1L << 62) - 1);
	}

	@Test
	void rangesThatOverflowAreRejected() {
		byte[] sent = MessageBuilder.from(A, Standing.MEMBER).batch(1L << 61, 3L << 61).lastBatch(1).encode();
		assertThat(rejection(sent)).isEqualTo("range");
	}

	@Test
	void amountsWithoutAFiniteSumAreRejected() {
		// Three amounts of 2^62 - 1 in place of one of 2,000,000.
		String most = "ff".repeat(8) + "7f";
		String three = "03" + "0100".repeat(3) + "01" + most + "02" + most + "03" + most;
		assertThat(rejection(HexFormat.of().parseHex(GOLDEN.replace("0101000104", three)))).isEqualTo("range");
	}

	@Test
	void hugeCountsAreRejectedBeforeAnythingIsAllocated() {
		byte[] counts = HexFormat.of().parseHex(GOLDEN.replace("01ac02" + "00", "01ac02" + "ff".repeat(4) + "07"));
		for (int i = 0; i < 20_000; i++) {
			assertThat(rejection(counts)).isEqualTo("malformed");
		}
		assertThat(rejection(HexFormat.of().parseHex(GOLDEN.replace("0300010672", "0300" + "ff".repeat(4) + "070672"))))
			.isEqualTo("malformed");
	}

	@Test
	void moreProcessesThanAnyFleetHasAreRejected() {
		MessageBuilder message = MessageBuilder.from(A, Standing.MEMBER);
		for (int i = 0; i <= MessageCodec.MAX_PEERS; i++) {
			message.lists(new MemberId("n" + i, 1), Standing.MEMBER);
		}
		assertThat(rejection(message.encode())).isEqualTo("count");
	}

	@Test
	void membersThatFollowEachOtherTakeNoMoreThanOne() {
		assertThat(fleetMessage(100, 2)).as("a bucket of which a hundred have been granted the same")
			.hasSizeLessThan(fleetMessage(100, 1).length + 25);
	}

	// Each run takes a few bytes, whatever it stands for.
	@Test
	void runsOfMoreEntriesThanAMessageHoldsAreRejected() throws MalformedMessageException {
		assertThat(MessageCodec.decode(fleetMessage(1_000, 65), KnownAnnouncements.NONE).batch()).isNotNull();
		assertThat(rejection(fleetMessage(1_000, 66))).isEqualTo("count");
	}

	@Test
	void aRunOfMembersThatAreNotAnnouncedIsRejected() {
		assertThat(rejection(HexFormat.of().parseHex(GOLDEN.replace("010100" + "0104", "010101" + "01040104"))))
			.isEqualTo("range");
	}

	@Test
	void aRunOfMoreAmountsThanMembersIsRejected() {
		assertThat(rejection(HexFormat.of().parseHex(GOLDEN.replace("0100008102" + "00", "0100008102" + "01"))))
			.isEqualTo("range");
	}

	@ParameterizedTest
	@ValueSource(longs = { 6, 7 })
	void randomBytesAreRejectedAndNothingElseHappens(long seed) {
		Random random = new Random(seed);
		for (int i = 0; i < 20_000; i++) {
			byte[] bytes = new byte[random.nextInt(200)];
			random.nextBytes(bytes);
			if (bytes.length > 1 && i % 2 == 0) {
				bytes[0] = 0x0B;
				bytes[1] = (byte) (1 + i / 2 % 2);
			}
			assertMessageOrRejection(bytes, seed, i);
		}
	}

	@ParameterizedTest
	@ValueSource(longs = { 8, 9, 10 })
	void damagedMessagesAreRejectedOrReadAndNothingElseHappens(long seed) {
		Random random = new Random(seed);
		RandomMessages messages = new RandomMessages(seed);
		byte[] whole = MessageCodec.encode(messages.next());
		for (int i = 0; i < 20_000; i++) {
			if (i % 100 == 0) {
				whole = MessageCodec.encode(messages.next());
			}
			byte[] damaged = whole.clone();
			for (int flips = 1 + random.nextInt(3); flips > 0; flips--) {
				damaged[random.nextInt(damaged.length)] ^= (byte) (1 << random.nextInt(8));
			}
			assertMessageOrRejection(damaged, seed, i);
		}
	}

	private static byte[] fleetMessage(int members, int buckets) {
		Map<MemberId, Long> granted = new TreeMap<>();
		IntStream.range(0, members).forEach((i) -> granted.put(new MemberId("n" + i, 1), 7L));
		BucketUpdate bucket = new BucketUpdate(Spender.key("k"),
				new TokenBucketState(GCounter.empty(), GCounter.empty(), GCounter.of(granted)));
		Announcement announcement = new Announcement(null, Duration.ZERO, granted.keySet(), Map.of());
		return MessageCodec.encode(new Message(A, Standing.MEMBER, 1, 1, false, false, announcement, Map.of(),
				List.of(), null, new Message.Batch(new SequenceRange(1, 1), Collections.nCopies(buckets, bucket)), null,
				Sections.NONE));
	}

	// What is read must be a message that could be sent on.
	private static void assertMessageOrRejection(byte[] bytes, long seed, int round) {
		try {
			Message message = MessageCodec.decode(bytes, KnownAnnouncements.NONE);
			if (message.announcement() != null) {
				MessageCodec.encode(message);
			}
		}
		catch (MalformedMessageException ex) {
			if (!REASONS.contains(ex.reason())) {
				throw new AssertionError("seed %d, round %d: reason %s".formatted(seed, round, ex.reason()), ex);
			}
		}
		catch (RuntimeException | Error ex) {
			throw new AssertionError("seed %d, round %d".formatted(seed, round), ex);
		}
	}

	private static @Nullable String rejection(byte[] bytes) {
		try {
			MessageCodec.decode(bytes, KnownAnnouncements.NONE);
			return null;
		}
		catch (MalformedMessageException ex) {
			return ex.reason();
		}
	}

	private static Message golden(Sections sections) {
		Message.Receipt receipt = new Message.Receipt(4, List.of(new SequenceRange(5, 6)), 9, 10, 0);
		Message.PeerReport report = new Message.PeerReport(B, Listing.USUAL, false, receipt);
		TokenBucketState state = new TokenBucketState(GCounter.of(Map.of(new Birth(A, 1), 2_000_000L)),
				GCounter.empty(), GCounter.of(Map.of(B, 128L)), 64);
		Message.Batch batch = new Message.Batch(new SequenceRange(3, 3),
				List.of(new BucketUpdate(new BucketKey("rating", "k", false), state)));
		Announcement announcement = new Announcement("eu", Duration.ofMillis(200), List.of(B),
				Map.of("rating", new AnnouncedLimit(5, 6L)));
		return new Message(A, Standing.MEMBER, 1000, 3, true, true, announcement, Map.of("rating", 300L),
				List.of(report), null, batch, null, sections);
	}

}
