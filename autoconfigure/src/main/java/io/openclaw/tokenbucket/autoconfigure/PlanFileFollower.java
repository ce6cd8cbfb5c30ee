package io.openclaw.tokenbucket.autoconfigure;

import java.time.Duration;
import java.util.Arrays;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

import io.openclaw.tokenbucket.autoconfigure.diagnostics.OpenClawConfigurationException;
import io.openclaw.tokenbucket.gateway.PlanLists;

/**
 * Follows the file that lists the keys of plans: looks into it again and again, as that
 * finds whatever replaces a file, links of a mounted ConfigMap included. A version with a
 * mistake is not followed, and the last good one stays. The first must be good.
 */
final class PlanFileFollower implements AutoCloseable {

	private static final Log logger = LogFactory.getLog(PlanFileFollower.class);

	private final PlanFileReader reader;

	private final PlanLists lists;

	private final Duration interval;

	private final ScheduledTimer timer = new ScheduledTimer("openclaw-plans");

	private byte[] seen;

	private @Nullable String reported;

	private volatile boolean valid = true;

	/**
	 * Reads the file and begins to follow it.
	 * @throws OpenClawConfigurationException if it cannot be read or has a mistake
	 */
	PlanFileFollower(PlanFileReader reader, PlanLists lists, Duration interval) {
		this.reader = reader;
		this.lists = lists;
		this.interval = interval;
		this.seen = reader.bytes();
		this.lists.replace(reader.read(this.seen));
		this.timer.schedule(interval, this::look);
	}

	/**
	 * Whether what is in the file now is followed.
	 */
	boolean isValid() {
		return this.valid;
	}

	@Override
	public void close() {
		this.timer.close();
	}

	private void look() {
		this.timer.schedule(this.interval, this::look);
		try {
			byte[] now = this.reader.bytes();
			if (this.valid && Arrays.equals(now, this.seen)) {
				return;
			}
			this.lists.replace(this.reader.read(now));
			this.seen = now;
			this.valid = true;
			this.reported = null;
			logger.info("%s was read anew: it lists %d keys".formatted(PlanFileReader.PROPERTY, this.lists.size()));
		}
		catch (OpenClawConfigurationException ex) {
			this.valid = false;
			report(String.valueOf(ex.getMessage()));
		}
	}

	private void report(String mistake) {
		if (!mistake.equals(this.reported)) {
			this.reported = mistake;
			logger.warn("The keys of plans stay as they were, since their file has a mistake: " + mistake);
		}
	}

}
