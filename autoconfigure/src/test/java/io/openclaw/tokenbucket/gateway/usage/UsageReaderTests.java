package io.openclaw.tokenbucket.gateway.usage;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.OptionalLong;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.core.JsonPointer;

import org.springframework.http.HttpHeaders;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link UsageReader}s, which must find the same however a body is cut.
 */
class UsageReaderTests {

	private static final JsonPointer FIELD = JsonPointer.compile("/usage/total_tokens");

	private static final int MB = 1024 * 1024;

	@ParameterizedTest
	@ValueSource(strings = { "{\"usage\":{\"total_tokens\":17}}", "{\"usage\":{\"total_tokens\":\"17\"}}",
			"{\"usage\":{\"total_tokens\":16.2}}", "{ \"usage\" : {\"a\":[1,{}],\n \"total_tokens\"\t:1.7e1}, \"b\":2}",
			"{\"usage\":null,\"x\":{\"usage\":{\"total_tokens\":99}}}\n{\"usage\":{\"total_tokens\":17}}\n{\"done\":true}\n",
			"{\"text\":\"\\\"usage\\\":{\\\"total_tokens\\\":99}, \u00e4\u20ac\ud83d\ude00 \\u00e4\\\\\",\"usage\":{\"total_tokens\":17}}" })
	void aFieldOfJsonIsFoundHoweverTheBodyIsCut(String body) {
		everyCut("application/json", body, OptionalLong.of(17));
	}

	@ParameterizedTest
	@ValueSource(strings = { "{\"usage\":{}}", "{\"usage\":{\"total_tokens\":-1}}",
			"{\"usage\":{\"total_tokens\":null}}", "{\"usage\":{\"total_tokens\":1e999999999}}",
			"{\"usage\":{\"total_tokens\":\"many\"}}", "not json", "", "[[[[", "{\"usage\":[{\"total_tokens\":17}]}",
			"{\"usage\":{\"total_tokens\":9999999999999999999}}" })
	void whatIsNoNumberOfTokensIsNotFound(String body) {
		everyCut("application/json", body, OptionalLong.empty());
	}

	@ParameterizedTest
	@ValueSource(strings = { "data: {\"usage\":{\"total_tokens\":17}}\n\n",
			"data: {\"usage\":{\"total_tokens\":3}}\n\ndata: {\"usage\":{\"total_tokens\":17}}\n\ndata: [DONE]\n\n",
			"event: delta\r\ndata:{\"usage\":null}\r\n\r\nid: 1\r\ndata:{\"usage\":\r\ndata:{\"total_tokens\":17}}\r\n\r\n",
			": data: {\"usage\":{\"total_tokens\":99}}\ndatax: {\"usage\":{\"total_tokens\":99}}\rdata: {\"usage\":{\"total_tokens\":17}}\r\r",
			"data: not json\n\ndata: {\"usage\":{\"total_tokens\":17}}\n" })
	void aFieldOfTheLastEventIsFoundHoweverTheStreamIsCut(String body) {
		everyCut("text/event-stream;charset=UTF-8", body, OptionalLong.of(17));
	}

	@Test
	void aLongTextIsNotHeld() {
		UsageReader reader = reader("application/json");
		feed(reader, "{\"text\":\"");
		byte[] text = "\\u00e4\u20ac\\\\ word ".repeat(MB / 16).getBytes(StandardCharsets.UTF_8);
		long before = used();
		for (int i = 0; i < 64; i++) {
			reader.read(ByteBuffer.wrap(text));
		}
		assertThat(used() - before).isLessThan(16 * MB);
		feed(reader, "\",\"usage\":{\"total_tokens\":17}}");
		assertThat(reader.usage()).hasValue(17);
	}

	@ParameterizedTest
	@CsvSource({ "text/plain,", "application/json, gzip", "text/event-stream, br", "not a type," })
	void whatCannotBeReadHasNoReader(String type, String encoding) {
		HttpHeaders headers = new HttpHeaders();
		headers.set(HttpHeaders.CONTENT_TYPE, type);
		if (encoding != null) {
			headers.set(HttpHeaders.CONTENT_ENCODING, encoding);
		}
		assertThat(UsageReader.of(headers, FIELD)).isNull();
	}

	@ParameterizedTest
	@CsvSource({ "0, 0", "0.0, 0", "0.001, 1", "1e-999999999, 1", "7, 7", "' 7 ', 7", "7.0000001, 8",
			"999999999999999999, 999999999999999999" })
	void aNumberIsRoundedUp(String text, long tokens) {
		assertThat(UsageNumber.of(text)).hasValue(tokens);
	}

	private static void everyCut(String type, String body, OptionalLong expected) {
		byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
		for (int size = 1; size <= Math.max(1, bytes.length); size++) {
			UsageReader reader = reader(type);
			for (int from = 0; from < bytes.length; from += size) {
				ByteBuffer piece = ByteBuffer.wrap(bytes, from, Math.min(size, bytes.length - from)).asReadOnlyBuffer();
				reader.read(piece);
				assertThat(piece.remaining()).isZero();
			}
			assertThat(reader.usage()).as("pieces of %d bytes", size).isEqualTo(expected);
		}
	}

	private static UsageReader reader(String type) {
		HttpHeaders headers = new HttpHeaders();
		headers.set(HttpHeaders.CONTENT_TYPE, type);
		UsageReader reader = UsageReader.of(headers, FIELD);
		assertThat(reader).isNotNull();
		return reader;
	}

	private static void feed(UsageReader reader, String text) {
		reader.read(ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8)));
	}

	private static long used() {
		System.gc();
		return Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
	}

}
