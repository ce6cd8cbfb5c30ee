package io.openclaw.sample.chaos.load;

import java.util.Random;
import java.util.function.Function;

import org.jspecify.annotations.Nullable;

/**
 * Requests of one kind. Thread-safe.
 */
public final class Stream {

	private final String limit;

	private final Function<Random, String> key;

	private final @Nullable Oracle oracle;

	private volatile double perSecond;

	/**
	 * Creates a stream.
	 * @param limit the limit, and the path of the route that has it
	 * @param key chooses the key of a request
	 * @param perSecond how many requests, on average
	 * @param oracle judges the answers; {@code null} where none should be rejected
	 */
	public Stream(String limit, Function<Random, String> key, double perSecond, @Nullable Oracle oracle) {
		this.limit = limit;
		this.key = key;
		this.perSecond = perSecond;
		this.oracle = oracle;
	}

	/**
	 * Changes how much is sent.
	 * @param perSecond how many requests from now on, on average
	 */
	public void rate(double perSecond) {
		this.perSecond = perSecond;
	}

	/**
	 * How much is sent.
	 * @return requests a second, on average
	 */
	public double rate() {
		return this.perSecond;
	}

	String path() {
		return "/" + this.limit;
	}

	String key(Random random) {
		return this.key.apply(random);
	}

	void sent(long now) {
		if (this.oracle != null) {
			this.oracle.sent(now);
		}
	}

	Kind answered(int status, long now) {
		if (status == 200) {
			if (this.oracle != null) {
				this.oracle.admitted();
			}
			return Kind.ADMITTED;
		}
		if (status == 429) {
			return (this.oracle == null || this.oracle.rejected(now)) ? Kind.WRONGLY_REJECTED : Kind.REJECTED;
		}
		return Kind.ERROR;
	}

	/**
	 * What became of a request.
	 */
	enum Kind {

		ADMITTED, REJECTED, WRONGLY_REJECTED, ERROR

	}

}
