package io.openclaw.tokenbucket.observability;

import java.util.Set;

import io.openclaw.tokenbucket.crdt.MicroTokens;
import io.openclaw.tokenbucket.resilience.Drift;
import io.openclaw.tokenbucket.resilience.DriftSource;

/**
 * Drift for tests.
 */
public final class Drifts {

	private Drifts() {
	}

	/**
	 * One limit in fallback.
	 */
	public static DriftSource of(String inFallback, double ratio, long tokens) {
		return new DriftSource() {

			@Override
			public Drift drift(String limit) {
				return limit.equals(inFallback) ? new Drift(MicroTokens.ofTokens(tokens), ratio, true)
						: NONE.drift(limit);
			}

			@Override
			public Set<String> inFallback() {
				return Set.of(inFallback);
			}

		};
	}

}
