package io.openclaw.tokenbucket.limiter;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.CompletionStage;

import org.jspecify.annotations.Nullable;

import io.openclaw.tokenbucket.limiter.bucket.Answer;
import io.openclaw.tokenbucket.limiter.bucket.Answer.Kind;
import io.openclaw.tokenbucket.limiter.bucket.Bucket;
import io.openclaw.tokenbucket.limiter.bucket.Line;
import io.openclaw.tokenbucket.limiter.bucket.Reservation;
import io.openclaw.tokenbucket.limiter.decision.Decision;
import io.openclaw.tokenbucket.limiter.decision.Outcome;

/**
 * One request and its reservations, committed or released together. Reservations are
 * asked for in the order of the names of their limits. Thread-safe.
 *
 * @param <D> what the request gets
 */
final class Admission<D> implements Reservation.Listener {

	private final NanoClock clock;

	private final List<Part> parts;

	private final Form<D> form;

	private final DecisionFuture<D> completion = new DecisionFuture<>(this::withdraw);

	private @Nullable Outcome outcome;

	Admission(NanoClock clock, List<Part> parts, Form<D> form) {
		this.clock = clock;
		this.parts = parts;
		this.form = form;
	}

	D start() {
		long now = this.clock.nanoTime();
		D decision;
		synchronized (this) {
			ask(now);
			D concluded = conclude(now);
			decision = (concluded != null) ? concluded : this.form.of(Outcome.WAITING,
					this.parts.stream().map((part) -> part.waiting(now)).toList(), this.completion);
		}
		freed().forEach((bucket) -> Line.serve(bucket, now));
		return decision;
	}

	DecisionFuture<D> completion() {
		return this.completion;
	}

	/**
	 * The buckets that the request stands in line for.
	 * @return none once it is decided
	 */
	synchronized List<Bucket> lines() {
		return (this.outcome != null) ? List.of()
				: this.parts.stream().filter((part) -> part.is(Kind.WAITING)).map(Part::bucket).toList();
	}

	@Override
	public Collection<Bucket> onAnswer(Reservation reservation, Answer answer) {
		long now = this.clock.nanoTime();
		D concluded;
		synchronized (this) {
			if (this.outcome != null) {
				return List.of();
			}
			this.parts.forEach((part) -> part.onAnswer(reservation, answer));
			concluded = conclude(now);
		}
		if (concluded == null) {
			return List.of();
		}
		this.completion.complete(concluded);
		return freed();
	}

	private void ask(long now) {
		List<Part> inOrder = new ArrayList<>(this.parts);
		inOrder.sort(Comparator.comparing(Part::limit));
		for (Part part : inOrder) {
			part.ask(this, now);
			if (part.is(Kind.BROKEN)) {
				return;
			}
		}
	}

	private @Nullable D conclude(long now) {
		if (this.parts.stream().anyMatch((part) -> part.is(Kind.BROKEN))) {
			return this.form.of(Outcome.REJECTED, release(now), null);
		}
		if (this.parts.stream().allMatch((part) -> part.is(Kind.KEPT))) {
			this.outcome = Outcome.ADMITTED;
			return this.form.of(Outcome.ADMITTED, this.parts.stream().map((part) -> part.commit(now)).toList(), null);
		}
		return null;
	}

	private List<Decision> release(long now) {
		this.outcome = Outcome.REJECTED;
		return this.parts.stream().map((part) -> part.release(now)).toList();
	}

	// Who gives up at the moment of the commit does not learn of it: nobody uses what was
	// consumed.
	private void withdraw() {
		long now = this.clock.nanoTime();
		synchronized (this) {
			if (this.outcome == Outcome.REJECTED) {
				return;
			}
			if (this.outcome == Outcome.ADMITTED) {
				this.parts.forEach((part) -> part.giveBack(now));
			}
			release(now);
		}
		this.parts.forEach((part) -> Line.serve(part.bucket(), now));
	}

	// What was held there is free for those behind: to be served without the lock of this
	// admission, since that takes those of others.
	private synchronized List<Bucket> freed() {
		return (this.outcome == Outcome.REJECTED && this.parts.size() > 1)
				? this.parts.stream().map(Part::bucket).toList() : List.of();
	}

	/**
	 * The way to inform a request.
	 *
	 * @param <D> what it gets
	 */
	@FunctionalInterface
	interface Form<D> {

		/**
		 * The decision.
		 * @param outcome admitted, rejected or waiting
		 * @param decisions one per limit
		 * @param completion completes with the final decision; present while waiting
		 */
		D of(Outcome outcome, List<Decision> decisions, @Nullable CompletionStage<D> completion);

	}

}
