package io.openclaw.tokenbucket.gateway;

import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

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

	@Autowired
	private MeterRegistry meters;

	private final String id = new KeyIds(null).id(this.apiKey);

	@ParameterizedTest
	@ValueSource(ints = { 1, 3 })
	void anUploadThatBreaksOffIsNeitherAnsweredNorLogged(int kilobytes, CapturedOutput log) throws Exception {
		breakOff(kilobytes);
		assertThat(log).doesNotContain("HttpWebHandlerAdapter", "HttpClientConnect", "AbortedException");
	}

	@Test
	void anUploadThatBreaksOffOnTheWayToTheServicePaysForWhatCame() throws Exception {
		breakOff(100);
	}

	private void breakOff(int kilobytes) throws Exception {
		long before = handled();
		try (Socket socket = openUpload()) {
			OutputStream out = socket.getOutputStream();
			for (int i = 0; i < kilobytes; i++) {
				out.write("400\r\n%s\r\n".formatted("x".repeat(KB)).getBytes(StandardCharsets.US_ASCII));
			}
			out.flush();
		}
		await().until(() -> handled() > before);
		assertThat(this.limiter.find("upload", this.id).map(BucketStatus::consumedHere).orElse(0L))
			.isLessThanOrEqualTo(MicroTokens.ofTokens(kilobytes));
	}

	@Test
	void anUploadThatIsMalformedIsRefusedAndNotLogged(CapturedOutput log) throws Exception {
		long before = handled();
		try (Socket socket = openUpload()) {
			socket.getOutputStream().write("400\r\nabc\r\nzz\r\n".getBytes(StandardCharsets.US_ASCII));
			socket.shutdownOutput();
			socket.getInputStream().readAllBytes();
		}
		await().until(() -> handled() > before);
		assertThat(log).doesNotContain("HttpWebHandlerAdapter", "HttpClientConnect", "AbortedException");
	}

	private Socket openUpload() throws IOException {
		Socket socket = new Socket("127.0.0.1", this.port);
		socket.getOutputStream()
			.write("POST /upload HTTP/1.1\r\nHost: x\r\nX-API-Key: %s\r\nTransfer-Encoding: chunked\r\n\r\n"
				.formatted(this.apiKey)
				.getBytes(StandardCharsets.US_ASCII));
		return socket;
	}

	private long handled() {
		return this.meters.find("http.server.requests").timers().stream().mapToLong(Timer::count).sum();
	}

}
