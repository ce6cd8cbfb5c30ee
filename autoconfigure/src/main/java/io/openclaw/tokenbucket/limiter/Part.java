package io.openclaw.tokenbucket.limiter;

import java.util.Objects;

import org.jspecify.annotations.Nullable;

/**
 * What a request asks of one bucket. Mutable, confined to its admission.
 */
final class Part {

	private final LimitBuckets buckets;

	private final String key;

	private final long cost;

	private Bucket bucket;

	private @Nullable Promise promise;

	private @Nullable Answer answer;

	Part(LimitBuckets buckets, String key, long cost, long now) {
		this.buckets = buckets;
		this.key = key;
		this.cost = cost;
		this.bucket = buckets.bucket(key, cost, now);
	}

	String limit() {
		return this.bucket.key().limit();
	}

	Bucket bucket() {
		return this.bucket;
	}

	void ask(Promise.Listener listener, long now) {
		if (this.cost == 0) {
			this.answer = Answer.kept(Reason.CREDIT);
			return;
		}
		this.promise = new Promise(this.cost, now + this.buckets.policy().creditWait().toNanos(), listener);
		this.answer = this.bucket.ask(this.promise, now);
		while (is(Answer.Kind.DROPPED)) {
			this.bucket = this.buckets.bucketAfter(this.bucket, this.key, now);
			this.answer = this.bucket.ask(this.promise, now);
		}
	}

	void onAnswer(Promise answered, Answer given) {
		if (this.promise == answered) {
			this.answer = given;
		}
	}

	boolean is(Answer.Kind kind) {
		return this.answer != null && this.answer.kind() == kind;
	}

	Decision commit(long now) {
		if (this.cost == 0) {
			return this.bucket.admitFree(now);
		}
		Answer kept = Objects.requireNonNull(this.answer);
		return this.bucket.commit(Objects.requireNonNull(this.promise), Objects.requireNonNull(kept.reason()), now);
	}

	Decision release(long now) {
		if (this.answer != null && this.answer.decision() != null) {
			return this.answer.decision();
		}
		return (this.promise != null) ? this.bucket.release(this.promise, now) : this.bucket.refuse(this.cost, now);
	}

	void giveBack(long now) {
		if (this.cost > 0) {
			this.bucket.giveBack(this.cost, now);
		}
	}

	Decision waiting(long now) {
		return this.bucket.waiting(this.cost, now);
	}

}
