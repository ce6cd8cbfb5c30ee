package io.openclaw.tokenbucket.test;

import java.math.BigDecimal;

import org.assertj.core.api.AbstractAssert;

import io.openclaw.tokenbucket.crdt.MicroTokens;
import io.openclaw.tokenbucket.limiter.port.BucketStatus;

/**
 * Assertions about a bucket. None of them spends anything.
 */
public final class TestBucketAssert extends AbstractAssert<TestBucketAssert, TestBucket> {

	TestBucketAssert(TestBucket actual) {
		super(actual, TestBucketAssert.class);
	}

	/**
	 * Verifies how many whole tokens there are.
	 * @param tokens the number; a fraction above it is ignored
	 * @return this
	 */
	public TestBucketAssert hasTokens(long tokens) {
		BucketStatus status = this.actual.status();
		return require(Math.floorDiv(status.level(), MicroTokens.PER_TOKEN) == tokens, status,
				"to have " + tokens + " tokens");
	}

	/**
	 * Verifies that there is not one whole token.
	 * @return this
	 */
	public TestBucketAssert isEmpty() {
		BucketStatus status = this.actual.status();
		return require(status.level() < MicroTokens.PER_TOKEN, status, "to be empty");
	}

	/**
	 * Verifies that there are as many tokens as the bucket can hold.
	 * @return this
	 */
	public TestBucketAssert isFull() {
		BucketStatus status = this.actual.status();
		return require(status.level() >= status.limit().capacity(), status, "to be full");
	}

	/**
	 * Verifies how many tokens the bucket can hold, as of the limit or of the plan of the
	 * caller.
	 * @param tokens whole tokens
	 * @return this
	 */
	public TestBucketAssert hasCapacity(long tokens) {
		BucketStatus status = this.actual.status();
		return require(status.limit().capacity() == tokens * MicroTokens.PER_TOKEN, status,
				"to have a capacity of " + tokens + " tokens");
	}

	/**
	 * Verifies that a request would be admitted.
	 * @param tokens what it costs
	 * @return this
	 */
	public TestBucketAssert admits(long tokens) {
		BucketStatus status = this.actual.status();
		return require(isAdmitted(status, tokens), status, "to admit a request for " + tokens + " tokens");
	}

	/**
	 * Verifies that a request would be rejected.
	 * @param tokens what it costs
	 * @return this
	 */
	public TestBucketAssert rejects(long tokens) {
		BucketStatus status = this.actual.status();
		return require(!isAdmitted(status, tokens), status, "to reject a request for " + tokens + " tokens");
	}

	private static boolean isAdmitted(BucketStatus status, long tokens) {
		return tokens * MicroTokens.PER_TOKEN <= status.spendable();
	}

	private TestBucketAssert require(boolean holds, BucketStatus status, String expectation) {
		if (!holds) {
			throw failure(
					"Expecting %s %s, but there are %s of %s tokens, of which this gateway may spend %s "
							+ "(limit '%s', key '%s', the next token in %s)",
					this.actual, expectation, tokens(status.level()), tokens(status.limit().capacity()),
					tokens(Math.max(0, status.spendable())), status.limit().name(), status.key(),
					status.timeToNextToken());
		}
		return this;
	}

	private static String tokens(long micro) {
		return BigDecimal.valueOf(micro, 6).stripTrailingZeros().toPlainString();
	}

}
