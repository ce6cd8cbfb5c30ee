package io.openclaw.tokenbucket.limiter.bucket;

import java.util.Objects;

import org.jspecify.annotations.Nullable;

/**
 * What the buckets of a limit go by from one change that they must follow to the next. A
 * bucket holds the step that it followed last, and through it all that came since: so one
 * that nobody uses follows later, each change as of its moment. What all buckets have
 * followed is garbage. Thread-safe; its limit writes it.
 */
public final class ContextStep {

	private final long since;

	private volatile BucketContext context;

	private volatile @Nullable ContextStep next;

	ContextStep(BucketContext context, long since) {
		this.context = context;
		this.since = since;
	}

	/**
	 * When the change happened that it began with, in nanoseconds.
	 */
	long since() {
		return this.since;
	}

	public BucketContext context() {
		return this.context;
	}

	/**
	 * The step after this one, which must not be the last.
	 */
	ContextStep next() {
		return Objects.requireNonNull(this.next);
	}

	void amend(BucketContext amended) {
		this.context = amended;
	}

	ContextStep append(BucketContext changed, long now) {
		ContextStep step = new ContextStep(changed, now);
		this.next = step;
		return step;
	}

}
