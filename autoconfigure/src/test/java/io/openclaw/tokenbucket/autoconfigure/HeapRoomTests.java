package io.openclaw.tokenbucket.autoconfigure;

import java.time.Duration;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

import io.openclaw.tokenbucket.limiter.limit.LimiterSettings;

import static org.assertj.core.api.Assertions.assertThat;

@ExtendWith(OutputCaptureExtension.class)
class HeapRoomTests {

	private static final LimiterSettings SETTINGS = new LimiterSettings(3, Duration.ofMillis(200), 1_000_000);

	@Test
	void whatFitsStaysAsItIsConfigured(CapturedOutput output) {
		assertThat(HeapRoom.fit(SETTINGS, 4L << 30)).isEqualTo(SETTINGS);
		assertThat(HeapRoom.fit(SETTINGS, Long.MAX_VALUE)).isEqualTo(SETTINGS);
		assertThat(output).doesNotContain("max-keys");
	}

	@Test
	void aSmallHeapHoldsFewerBucketsAndSaysSo(CapturedOutput output) {
		assertThat(HeapRoom.fit(SETTINGS, 512L << 20))
			.isEqualTo(new LimiterSettings(3, Duration.ofMillis(200), (256 << 20) / HeapRoom.BYTES_A_BUCKET));
		assertThat(output).contains("which fit into half of its heap of 512 MB")
			.contains("openclaw.crdt.max-keys is 1000000");
	}

	@Test
	void thereIsRoomForOneInAnyCase() {
		assertThat(HeapRoom.fit(SETTINGS, 1).maxKeys()).isOne();
	}

}
