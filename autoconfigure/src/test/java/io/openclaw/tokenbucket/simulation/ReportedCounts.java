package io.openclaw.tokenbucket.simulation;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * Gateways that count in windows of a second, and report their counts to a store at
 * intervals, which tells them the sum. Between two reports a gateway admits while what it
 * was told and what it has admitted since are below the limit of a window.
 */
final class ReportedCounts {

	private static final Duration WINDOW = Duration.ofSeconds(1);

	private final VirtualTime time;

	private final double tokensPerSecond;

	private final Duration latency;

	private final Duration interval;

	private final List<Gateway> gateways = new ArrayList<>();

	private long window;

	private long counted;

	/**
	 * Makes gateways that report at different moments of the interval.
	 */
	ReportedCounts(VirtualTime time, SimulatedFleet.Settings settings, int count, Duration interval, Random random) {
		this.time = time;
		this.tokensPerSecond = settings.tokensPerSecond();
		this.latency = settings.latency();
		this.interval = interval;
		for (int i = 0; i < count; i++) {
			Gateway gateway = new Gateway();
			this.gateways.add(gateway);
			time.schedule(Duration.ofNanos(random.nextLong(interval.toNanos())), gateway::report);
		}
	}

	List<? extends Gate> gates() {
		return this.gateways;
	}

	private long current() {
		return this.time.elapsed().dividedBy(WINDOW);
	}

	private long add(long inWindow, long count) {
		long now = current();
		if (now != this.window) {
			this.window = now;
			this.counted = 0;
		}
		this.counted += (inWindow == now) ? count : 0;
		return this.counted;
	}

	private final class Gateway implements Gate {

		private long window;

		private long told;

		private long reported;

		private long since;

		@Override
		public CompletionStage<Boolean> request() {
			begin();
			boolean admits = this.told + this.reported + this.since + 1 <= ReportedCounts.this.tokensPerSecond;
			this.since += admits ? 1 : 0;
			return CompletableFuture.completedStage(admits);
		}

		private void begin() {
			long now = current();
			if (now != this.window) {
				this.window = now;
				this.told = 0;
				this.reported = 0;
				this.since = 0;
			}
		}

		// What is on its way counts until the sum comes back, which has it.
		private void report() {
			begin();
			long sentWindow = this.window;
			long sent = this.since;
			this.reported = sent;
			this.since = 0;
			VirtualTime clock = ReportedCounts.this.time;
			clock.schedule(ReportedCounts.this.latency, () -> {
				long sum = add(sentWindow, sent);
				clock.schedule(ReportedCounts.this.latency, () -> {
					if (current() == sentWindow && this.window == sentWindow) {
						this.told = sum;
						this.reported = 0;
					}
				});
			});
			clock.schedule(ReportedCounts.this.interval, this::report);
		}

	}

}
