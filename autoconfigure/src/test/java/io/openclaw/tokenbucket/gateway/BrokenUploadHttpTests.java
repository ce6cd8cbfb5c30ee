package io.openclaw.tokenbucket.gateway;

import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.test.context.TestPropertySource;

import io.openclaw.tokenbucket.crdt.MicroTokens;
import io.openclaw.tokenbucket.gateway.key.KeyIds;
import io.openclaw.tokenbucket.limiter.port.BucketStatus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Callers that go away while they still send.
 */
@SpringBootTest(classes = LimitsHttpTests.Gateway.class, webEnvironment = WebEnvironment.RANDOM_PORT)
@TestPropertySource(properties = "spring.config.name=gateway-limits")
@ExtendWith(OutputCaptureExtension.class)
class BrokenUploadHttpTests extends GatewayOverHttp {

	private static final int KB = 1024;

	private static final int REPETITIONS = 10;

	private static final String CHUNKED = "Transfer-Encoding: chunked";

	@Autowired
	private MeterRegistry meters;

	@ParameterizedTest
	@ValueSource(ints = { 1, 3, 100 })
	void anUploadThatBreaksOffIsNeitherAnsweredNorLoggedAndPaysForWhatCame(int kilobytes, CapturedOutput log)
			throws Exception {
		for (int i = 0; i < REPETITIONS; i++) {
			String key = this.apiKey + i;
			breakOff(CHUNKED, key, kilobytes, i);
			assertThat(this.limiter.find("upload", id(key)).map(BucketStatus::consumedHere).orElse(0L))
				.isLessThanOrEqualTo(MicroTokens.ofTokens(kilobytes));
		}
		assertNotLogged(log);
	}

	@ParameterizedTest
	@ValueSource(ints = { 1, 3, 100 })
	void anUploadOfKnownLengthThatBreaksOffIsNotLogged(int kilobytes, CapturedOutput log) throws Exception {
		for (int i = 0; i < REPETITIONS; i++) {
			breakOff("Content-Length: " + 110 * KB, this.apiKey + i, kilobytes, i);
		}
		assertNotLogged(log);
	}

	@ParameterizedTest
	@ValueSource(strings = { CHUNKED, "Content-Length: 190000" })
	void anUploadThatBreaksOffIsCancelledAtTheService(String length, CapturedOutput log) throws Exception {
		long received = upstream.received();
		int broken = upstream.brokenUploads();
		try (Socket socket = openUpload(length, this.apiKey)) {
			send(socket, length, 100);
			await().until(() -> upstream.received() - received > 64 * KB);
		}
		await().until(() -> upstream.brokenUploads() > broken);
		assertNotLogged(log);
	}

	// Every other one is reset.
	private void breakOff(String length, String key, int kilobytes, int attempt) throws IOException {
		long before = handled();
		try (Socket socket = openUpload(length, key)) {
			send(socket, length, kilobytes);
			if (attempt % 2 == 1) {
				socket.setSoLinger(true, 0);
			}
		}
		await().pollInterval(Duration.ofMillis(5)).until(() -> handled() > before);
	}

	private static void send(Socket socket, String length, int kilobytes) throws IOException {
		String piece = length.equals(CHUNKED) ? "400\r\n%s\r\n" : "%s";
		byte[] bytes = piece.formatted("x".repeat(KB)).getBytes(StandardCharsets.US_ASCII);
		OutputStream out = socket.getOutputStream();
		for (int i = 0; i < kilobytes; i++) {
			out.write(bytes);
		}
	}

	@Test
	void anUploadThatIsMalformedIsRefusedAndNotLogged(CapturedOutput log) throws Exception {
		long before = handled();
		try (Socket socket = openUpload(CHUNKED, this.apiKey)) {
			socket.getOutputStream().write("400\r\nabc\r\nzz\r\n".getBytes(StandardCharsets.US_ASCII));
			socket.shutdownOutput();
			socket.getInputStream().readAllBytes();
		}
		await().until(() -> handled() > before);
		assertNotLogged(log);
	}

	private static void assertNotLogged(CapturedOutput log) {
		assertThat(log).doesNotContain("HttpWebHandlerAdapter", "HttpClientConnect", "AbortedException",
				"onErrorDropped");
	}

	private Socket openUpload(String length, String key) throws IOException {
		Socket socket = new Socket("127.0.0.1", this.port);
		socket.getOutputStream()
			.write("POST /upload HTTP/1.1\r\nHost: x\r\nX-API-Key: %s\r\n%s\r\n\r\n".formatted(key, length)
				.getBytes(StandardCharsets.US_ASCII));
		return socket;
	}

	private static String id(String key) {
		return new KeyIds(null).id(key);
	}

	private long handled() {
		return this.meters.find("http.server.requests").timers().stream().mapToLong(Timer::count).sum();
	}

}
