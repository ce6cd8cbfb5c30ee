package io.openclaw.tokenbucket.gateway.ratelimiter;

/**
 * An argument of the filter {@code RequestRateLimiter} makes no limit.
 */
public final class RejectedArgumentException extends IllegalArgumentException {

	private static final long serialVersionUID = 1L;

	private final String argument;

	private final String value;

	private final String range;

	RejectedArgumentException(String routeId, String argument, Object value, String range) {
		super("RequestRateLimiter of route '%s': %s.%s is %s. Set it to %s.".formatted(routeId,
				TokenBucketRateLimiter.ARGUMENTS, argument, value, range));
		this.argument = argument;
		this.value = String.valueOf(value);
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
	public String getValue() {
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
