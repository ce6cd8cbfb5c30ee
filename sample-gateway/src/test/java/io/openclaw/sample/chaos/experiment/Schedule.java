package io.openclaw.sample.chaos.experiment;

/**
 * How long the phases of an experiment last. Gateways are warmed up and buckets drained
 * before them.
 *
 * @param warmUp seconds of load before anything is measured
 * @param baseline seconds without a fault
 * @param fault seconds with it
 * @param recovery seconds after it was mended
 */
public record Schedule(int warmUp, int baseline, int fault, int recovery) {

	/**
	 * For every build. A cut may cost a {@code bounded} limit an eighth of its capacity
	 * once, which must be little beside what is refilled meanwhile.
	 */
	public static final Schedule SHORT = new Schedule(1, 2, 12, 3);

	/** For the experiments' figures. */
	public static final Schedule LONG = new Schedule(4, 12, Integer.getInteger("chaos.seconds", 30), 8);

}
