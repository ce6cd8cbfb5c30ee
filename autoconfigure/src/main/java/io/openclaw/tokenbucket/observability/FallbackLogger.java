package io.openclaw.tokenbucket.observability;

import java.util.Locale;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;

import io.openclaw.tokenbucket.resilience.FallbackChanged;
import io.openclaw.tokenbucket.resilience.FallbackListener;

/**
 * Writes to the log one line for each change. Thread-safe.
 */
public class FallbackLogger implements FallbackListener {

	private static final Log logger = LogFactory.getLog(FallbackLogger.class);

	@Override
	public void onFallbackChange(FallbackChanged change) {
		if (change.active()) {
			logger.warn("Limit '%s' fell back, since other members spend more than the rules allow (drift %s): %s"
				.formatted(change.limit(), drift(change), "this member spends its own part of the limit only"));
		}
		else {
			logger.info("Limit '%s' recovered (drift %s): all members share its buckets again".formatted(change.limit(),
					drift(change)));
		}
	}

	private static String drift(FallbackChanged change) {
		return String.format(Locale.ROOT, "%.3f", change.drift());
	}

}
