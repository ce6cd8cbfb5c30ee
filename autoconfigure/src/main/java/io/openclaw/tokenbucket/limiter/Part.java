package io.openclaw.tokenbucket.limiter;

import java.util.Objects;

import org.jspecify.annotations.Nullable;

import io.openclaw.tokenbucket.limiter.bucket.Answer;
import io.openclaw.tokenbucket.limiter.bucket.Bucket;
import io.openclaw.tokenbucket.limiter.bucket.Reservation;
import io.openclaw.tokenbucket.limiter.decision.Decision;
import io.openclaw.tokenbucket.limiter.decision.Reason;
import io.openclaw.tokenbucket.limiter.store.LimitBuckets;

/**
 * What a request asks of one bucket. Mutable, confined to its admission.
 */
final class Part {

	private final LimitBuckets buckets;

	private final String key;

	private final long cost;

	private Bucket bucket;

	private @Nullable Reservation reservation;

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

	void ask(Reservation.Listener listener, long now) {
		if (this.cost == 0) {
			this.answer = Answer.kept(Reason.CREDIT);
			return;
		}
		Reservation asked = new Reservation(this.cost, now + this.buckets.policy().creditWait().toNanos(), listener);
		this.reservation = asked;
		this.answer = this.buckets.ask(this.key, (asking) -> {
			this.bucket = asking;
			return asking.reserve(asked, now);
		}, now);
	}

	void onAnswer(Reservation answered, Answer given) {
		if (this.reservation == answered) {
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
		return this.bucket.commit(Objects.requireNonNull(this.reservation), Objects.requireNonNull(kept.reason()), now);
	}

	Decision release(long now) {
		if (this.answer != null && this.answer.decision() != null) {
			return this.answer.decision();
		}
		return (this.reservation != null) ? this.bucket.release(this.reservation, now)
				: this.bucket.refuse(this.cost, now);
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
