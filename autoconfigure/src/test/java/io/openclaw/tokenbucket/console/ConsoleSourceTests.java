package io.openclaw.tokenbucket.console;

import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;

import org.junit.jupiter.api.Test;

import io.openclaw.tokenbucket.observability.endpoint.ReplicationEndpoint;
import io.openclaw.tokenbucket.observability.endpoint.TokenBucketsEndpoint;
import io.openclaw.tokenbucket.observability.endpoint.TokenBucketsView;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.times;
import static org.mockito.Mockito.verify;
import static org.mockito.Mockito.when;

class ConsoleSourceTests {

	private static final long SECOND = 1_000_000_000;

	private final AtomicLong nanos = new AtomicLong();

	private final TokenBucketsEndpoint tokenBuckets = mock();

	private final ConsoleSource source = new ConsoleSource(this.tokenBuckets, mock(ReplicationEndpoint.class),
			new DecisionCounts(), Map::of, InstantSource.fixed(Instant.ofEpochMilli(4711)), this.nanos::get);

	@Test
	void lookingAtAllBucketsTakesAHundredthOfTheTimeAtMost() {
		whenLookingTakes(SECOND / 10);
		for (int i = 0; i < 40; i++) {
			this.source.get();
			this.nanos.addAndGet(SECOND / 2);
		}
		verify(this.tokenBuckets, times(3)).tokenBuckets();
	}

	@Test
	void fewBucketsAreLookedAtForEverySample() {
		whenLookingTakes(SECOND / 1_000);
		for (int i = 0; i < 40; i++) {
			assertThat(this.source.get().at()).isEqualTo(4711);
			this.nanos.addAndGet(SECOND / 2);
		}
		verify(this.tokenBuckets, times(40)).tokenBuckets();
	}

	private void whenLookingTakes(long duration) {
		when(this.tokenBuckets.tokenBuckets()).thenAnswer((call) -> {
			this.nanos.addAndGet(duration);
			return new TokenBucketsView("edge-a#1", "healthy", Map.of());
		});
	}

}
