package io.openclaw.tokenbucket.gateway.ratelimiter;

/**
 * An argument of the filter {@code RequestRateLimiter} makes no limit.
 */
public final class RejectedArgumentException extends IllegalArgumentException {

	private static final long serialVersionUID = 1L;

	private final String argument;

	private final long value;

	private final String range;

	RejectedArgumentException(String routeId, String argument, long value, String range) {
		super("RequestRateLimiter of route '%s': %s.%s is %d. Set it to %s.".formatted(routeId,
				TokenBucketRateLimiter.ARGUMENTS, argument, value, range));
		this.argument = argument;
		this.value = value;
		this.range = range;
	}

	/**
	 * Which argument.
	 * @return its name, such as {@code replenishRate}
	 */
	public String getArgument() {
		return this.argument;
	}

	/**
	 * What it says.
	 * @return the value
	 */
	public long getValue() {
		return this.value;
	}

	/**
	 * What it may say.
	 * @return a range in words
	 */
	public String getRange() {
		return this.range;
	}

}
