package io.openclaw.tokenbucket.limiter;

import java.util.Objects;

import org.jspecify.annotations.Nullable;

import io.openclaw.tokenbucket.limiter.Settlements.BucketSettlement;
import io.openclaw.tokenbucket.limiter.bucket.Advance;
import io.openclaw.tokenbucket.limiter.bucket.Answer;
import io.openclaw.tokenbucket.limiter.bucket.Bucket;
import io.openclaw.tokenbucket.limiter.bucket.Reservation;
import io.openclaw.tokenbucket.limiter.decision.Charge;
import io.openclaw.tokenbucket.limiter.decision.Decision;
import io.openclaw.tokenbucket.limiter.decision.Reason;
import io.openclaw.tokenbucket.limiter.store.LimitBuckets;

/**
 * The part of a request that concerns one bucket. Mutable, confined to its admission.
 */
final class Part {

	private final LimitBuckets buckets;

	private final Charge charge;

	private final @Nullable Advance advance;

	private final Settlements settlements;

	private final long cost;

	private Bucket bucket;

	private @Nullable Reservation reservation;

	private @Nullable Answer answer;

	private @Nullable BucketSettlement settlement;

	Part(LimitBuckets buckets, Charge charge, Settlements settlements, long now) {
		this.buckets = buckets;
		this.charge = charge;
		this.advance = charge.isInAdvance() ? Settlements.advance(buckets, charge.tokens()) : null;
		this.settlements = settlements;
		this.cost = (this.advance != null) ? this.advance.amount() : buckets.costOf(charge.tokens());
		this.bucket = buckets.bucket(charge.key(), this.cost, now);
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
		this.answer = this.buckets.ask(this.charge.key(), (asking) -> {
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
		Reservation held = Objects.requireNonNull(this.reservation);
		Reason reason = Objects.requireNonNull(Objects.requireNonNull(this.answer).reason());
		if (this.advance == null) {
			return this.bucket.commit(held, reason, now);
		}
		Decision decision = this.bucket.commit(held, reason, this.advance, now);
		this.settlement = this.settlements.open(this.buckets, this.charge, this.advance, this.bucket);
		return decision.settledBy(this.settlement);
	}

	Decision release(long now) {
		if (this.answer != null && this.answer.decision() != null) {
			return this.answer.decision();
		}
		return (this.reservation != null) ? this.bucket.release(this.reservation, now)
				: this.bucket.refuse(this.cost, now);
	}

	void giveBack(long now) {
		if (this.settlement != null) {
			this.settlement.withdraw(now);
		}
		else if (this.cost > 0) {
			this.bucket.giveBack(this.cost, now);
		}
	}

	Decision waiting(long now) {
		return this.bucket.waiting(this.cost, now);
	}

}
