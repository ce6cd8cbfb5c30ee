package io.openclaw.tokenbucket.replication.wire;

import java.util.HexFormat;
import java.util.List;
import java.util.function.Consumer;

import org.junit.jupiter.api.Test;

import io.openclaw.tokenbucket.crdt.MemberId;
import io.openclaw.tokenbucket.limiter.adaptive.AdaptiveRate;
import io.openclaw.tokenbucket.limiter.adaptive.Observation;
import io.openclaw.tokenbucket.limiter.adaptive.RateReport;
import io.openclaw.tokenbucket.replication.port.MalformedMessageException;
import io.openclaw.tokenbucket.replication.port.Standing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

class RateSectionsTests {

	private static final RateReport SEEN = new RateReport("a", -1, new AdaptiveRate(300, 500_000, 0, 7, 0, 2, true),
			new Observation(1_000_000, 10, 9, 1, 200_000, 3));

	private static final RateReport BEGUN = new RateReport("b", 5, new AdaptiveRate(0, 1_000_000, 6, 0, 4, 0, false),
			null);

	// Byte for byte as docs/wire-format.md explains it.
	private static final String GOLDEN = """
			02
			01 61  ff ff ff ff ff ff ff ff ff 01  03  ac 02  a0 c2 1e  00  07  00  02
			c0 84 3d  0a  09  01  c0 9a 0c  03
			01 62  05  00  00  c0 84 3d  06  00  04  00
			""".replaceAll("\\s", "");

	@Test
	void aReportIsTheseBytes() throws MalformedMessageException {
		Sections sections = RateSections.rates(Sections.NONE, List.of(SEEN, BEGUN));
		assertThat(sections.toString()).isEqualTo("Sections[2: %s]".formatted(GOLDEN));
		assertThat(RateSections.rates(message(sections))).containsExactly(SEEN, BEGUN);
	}

	@Test
	void whoHasNothingToSaySendsNoSection() throws MalformedMessageException {
		assertThat(RateSections.rates(Sections.NONE, List.of())).isSameAs(Sections.NONE);
		assertThat(RateSections.rates(message(Sections.NONE))).isEmpty();
	}

	@Test
	void whatBreaksARuleIsRejectedByReason() {
		assertRejected("malformed", (out) -> out.writeNumber(3));
		assertRejected("count", (out) -> {
			out.writeNumber(RateSections.MAX_AT_ONCE + 1);
			for (int i = 0; i <= RateSections.MAX_AT_ONCE; i++) {
				out.writeByte(0);
			}
		});
		byte[] golden = HexFormat.of().parseHex(GOLDEN);
		assertRejected("malformed", (out) -> {
			write(out, golden);
			out.writeByte(0);
		});
		byte[] flagged = golden.clone();
		flagged[13] = 4;
		assertRejected("malformed", (out) -> write(out, flagged));
		RateReport huge = new RateReport("a", 1, SEEN.rate(), new Observation(1, 1L << 53, 0, 0, 0, 0));
		Sections sections = RateSections.rates(Sections.NONE, List.of(huge));
		assertThatExceptionOfType(MalformedMessageException.class)
			.isThrownBy(() -> RateSections.rates(message(sections)))
			.satisfies((ex) -> assertThat(ex.reason()).isEqualTo("range"));
	}

	private static void write(WireWriter out, byte[] bytes) {
		for (byte next : bytes) {
			out.writeByte(next);
		}
	}

	private static void assertRejected(String reason, Consumer<WireWriter> content) {
		Sections sections = Sections.NONE.with(RateSections.RATES, content);
		assertThatExceptionOfType(MalformedMessageException.class)
			.isThrownBy(() -> RateSections.rates(message(sections)))
			.satisfies((ex) -> assertThat(ex.reason()).isEqualTo(reason));
	}

	private static Message message(Sections sections) {
		return MessageBuilder.from(new MemberId("a", 1), Standing.MEMBER).sections(sections).build();
	}

}
