package io.openclaw.tokenbucket.resilience;

import java.util.Set;

/**
 * Tells how limits drift. Thread-safe; neither blocks nor does I/O.
 */
public interface DriftSource {

	/** Where nothing is measured. */
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
	 * How a limit drifts.
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
