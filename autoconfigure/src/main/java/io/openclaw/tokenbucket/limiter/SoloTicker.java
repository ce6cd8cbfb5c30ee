package io.openclaw.tokenbucket.limiter;

import java.time.Duration;
import java.util.List;

import io.openclaw.tokenbucket.limiter.adaptive.AdaptiveLimits;

/**
 * Ends the sync intervals of a member that has no replication to do it.
 */
public final class SoloTicker implements AutoCloseable {

	private final BucketStore store;

	private final NanoClock clock;

	private final Timer timer;

	private final Duration interval;

	private volatile boolean running = true;

	/**
	 * Begins.
	 * @param store the buckets
	 * @param clock the clock of the limiter
	 * @param timer runs the work
	 * @param interval how often, positive
	 */
	public SoloTicker(BucketStore store, NanoClock clock, Timer timer, Duration interval) {
		this.store = store;
		this.clock = clock;
		this.timer = timer;
		this.interval = interval;
		this.timer.schedule(interval, this::run);
	}

	/**
	 * Ends no further interval.
	 */
	@Override
	public void close() {
		this.running = false;
	}

	private void run() {
		if (this.running) {
			this.timer.schedule(this.interval, this::run);
			long now = this.clock.nanoTime();
			this.store.acknowledgeAlone(now);
			this.store.tick(now);
			AdaptiveLimits adaptive = this.store.adaptive();
			adaptive.names().forEach((limit) -> adaptive.advance(limit, true, List.of(), now));
		}
	}

}
