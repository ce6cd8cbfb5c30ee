package io.openclaw.tokenbucket.limiter.adaptive;

/**
 * What one member, or all members together, saw of an upstream in some time. Immutable.
 *
 * @param micros how long that was, in microseconds
 * @param sent requests that were forwarded
 * @param answered requests whose answer began, and was none of overload
 * @param refused requests that the upstream refused as too many, or did not answer
 * @param logLatency for each answered request, a thousand times the binary logarithm of
 * how many nanoseconds its answer took to begin. One answer that takes a thousand times
 * as long as the others so weighs ten times as much, not a thousand times
 * @param inFlight requests on their way at the end
 */
public record Observation(long micros, long sent, long answered, long refused, long logLatency, long inFlight) {

	static final Observation NONE = new Observation(0, 0, 0, 0, 0, 0);

	/** So large that no sum over a fleet overflows. */
	public static final long LARGEST = 1L << 52;

	static final double LOG_UNIT = 1000;

	/**
	 * What two members saw together.
	 */
	Observation plus(Observation other) {
		return new Observation(Math.max(this.micros, other.micros), this.sent + other.sent,
				this.answered + other.answered, this.refused + other.refused, this.logLatency + other.logLatency,
				this.inFlight + other.inFlight);
	}

	/**
	 * What was seen since, where this counts from the beginning.
	 */
	Observation since(Observation earlier, long micros) {
		// What was sent before and is abandoned since counts as not sent.
		return new Observation(micros, Math.max(0, this.sent - earlier.sent), this.answered - earlier.answered,
				this.refused - earlier.refused, this.logLatency - earlier.logLatency, this.inFlight);
	}

	long ended() {
		return this.answered + this.refused;
	}

	/**
	 * The geometric mean of how long answers took to begin.
	 * @return microseconds, zero if there were none
	 */
	double latencyMicros() {
		return (this.answered == 0) ? 0 : StrictMath.pow(2, this.logLatency / LOG_UNIT / this.answered) / 1e3;
	}

	/**
	 * How long what is on its way would take at the pace at which it was sent (Little's
	 * law).
	 * @return microseconds, zero if nothing was sent
	 */
	double backlogMicros() {
		return (this.sent == 0) ? 0 : (double) this.inFlight * this.micros / this.sent;
	}

}
