package io.openclaw.tokenbucket.observability;

import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.ThreadLocalRandom;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import io.openclaw.tokenbucket.limiter.NanoClock;
import io.openclaw.tokenbucket.limiter.decision.DecisionEvent;
import io.openclaw.tokenbucket.limiter.decision.DecisionListener;
import io.openclaw.tokenbucket.limiter.decision.Outcome;
import io.openclaw.tokenbucket.limiter.decision.Reason;

/**
 * Writes rejections to the log, as key-value pairs: a sample of them, and never more
 * lines a minute than wanted. Keys appear as endpoints show them. Thread-safe.
 */
public class RejectionLogger implements DecisionListener {

	private static final Logger logger = LoggerFactory.getLogger(RejectionLogger.class);

	private static final long MINUTE = Duration.ofMinutes(1).toNanos();

	private final NanoClock clock;

	private final int linesPerMinute;

	private final double probability;

	private long minuteBegan;

	private int lines;

	private long leftOut;

	/**
	 * Creates the listener.
	 * @param clock bounds how often is logged
	 * @param linesPerMinute so many lines at the most, not negative
	 * @param probability which part of the rejections is logged, from 0 to 1
	 */
	public RejectionLogger(NanoClock clock, int linesPerMinute, double probability) {
		this.clock = clock;
		this.linesPerMinute = linesPerMinute;
		this.probability = probability;
		this.minuteBegan = clock.nanoTime();
	}

	@Override
	public void onDecision(DecisionEvent event) {
		if (event.decision().outcome() == Outcome.REJECTED && event.decision().reason() != Reason.OTHER_LIMIT) {
			long skipped = take();
			if (skipped >= 0) {
				log(event, skipped);
			}
		}
	}

	private static void log(DecisionEvent event, long skipped) {
		logger.atInfo()
			.addKeyValue("limit", event.limit())
			.addKeyValue("key", VisibleText.of(event.key()))
			.addKeyValue("reason", event.decision().reason().name().toLowerCase(Locale.ROOT))
			.addKeyValue("tokens", event.tokens())
			.addKeyValue("waited", event.waited())
			.addKeyValue("leftOut", skipped)
			.log("Request rejected");
	}

	/**
	 * Takes one line of this minute.
	 * @return how many rejections were left out since the last line; negative if this one
	 * is left out as well
	 */
	private synchronized long take() {
		long now = this.clock.nanoTime();
		if (now - this.minuteBegan >= MINUTE) {
			this.minuteBegan = now;
			this.lines = 0;
		}
		if (this.lines >= this.linesPerMinute || ThreadLocalRandom.current().nextDouble() >= this.probability) {
			this.leftOut++;
			return -1;
		}
		this.lines++;
		long skipped = this.leftOut;
		this.leftOut = 0;
		return skipped;
	}

}
