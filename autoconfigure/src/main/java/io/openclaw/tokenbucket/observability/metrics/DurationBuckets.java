package io.openclaw.tokenbucket.observability.metrics;

import java.time.Duration;
import java.util.stream.LongStream;

/**
 * Upper bounds of histogram buckets. Explicit and few: Micrometer's own start at a
 * millisecond, a thousand times what work in memory takes.
 */
final class DurationBuckets {

	/** From a decision in memory to one that waited for acknowledgements. */
	static final Duration[] DECISION = micros(1, 2, 5, 10, 50, 250, 1_000, 5_000, 10_000, 25_000, 50_000, 100_000);

	/** Work on a batch, from one bucket to all. */
	static final Duration[] BATCH = micros(10, 50, 100, 250, 500, 1_000, 5_000, 10_000, 50_000, 100_000);

	/** From the same machine to the other side of the world. */
	static final Duration[] NETWORK = micros(250, 500, 1_000, 2_500, 5_000, 10_000, 25_000, 50_000, 100_000, 250_000,
			500_000, 1_000_000);

	private DurationBuckets() {
	}

	private static Duration[] micros(long... micros) {
		return LongStream.of(micros).mapToObj((value) -> Duration.ofNanos(value * 1_000)).toArray(Duration[]::new);
	}

}
