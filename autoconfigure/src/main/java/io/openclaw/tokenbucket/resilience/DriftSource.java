package io.openclaw.tokenbucket.resilience;

import java.util.Set;

/**
 * Provides the drift of limits. Thread-safe; does not block or do I/O.
 */
public interface DriftSource {

	/** A source that measures nothing. */
	DriftSource NONE = new DriftSource() {

		@Override
		public Drift drift(String limit) {
			return Drift.NONE;
		}

		@Override
		public Set<String> inFallback() {
			return Set.of();
		}

	};

	/**
	 * The drift of a limit.
	 * @param limit its name
	 * @return the drift now; none for a limit that is unknown
	 */
	Drift drift(String limit);

	/**
	 * The limits in fallback.
	 * @return names, possibly none
	 */
	Set<String> inFallback();

}
