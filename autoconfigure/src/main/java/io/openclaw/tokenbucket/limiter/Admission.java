package io.openclaw.tokenbucket.limiter;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;

import org.jspecify.annotations.Nullable;

import io.openclaw.tokenbucket.limiter.Answer.Kind;

/**
 * One request and its promises, committed or released together. Promises are asked for in
 * the order of the names of their limits. Thread-safe.
 */
final class Admission implements Promise.Listener {

	private final BucketStore store;

	private final NanoClock clock;

	private final List<Part> parts;

	private final Pending<JointDecision> completion = new Pending<>(this::withdraw);

	private @Nullable JointDecision result;

	Admission(BucketStore store, NanoClock clock, List<Part> parts) {
		this.store = store;
		this.clock = clock;
		this.parts = parts;
	}

	/**
	 * Asks every bucket.
	 * @return the decision, final or waiting
	 */
	JointDecision start() {
		long now = this.clock.nanoTime();
		JointDecision decision = ask(now);
		if (decision.outcome() == Outcome.REJECTED && this.parts.size() > 1) {
			buckets().forEach((bucket) -> this.store.serveLine(bucket, now));
		}
		return decision;
	}

	private synchronized JointDecision ask(long now) {
		List<Part> inOrder = new ArrayList<>(this.parts);
		inOrder.sort(Comparator.comparing(Part::limit));
		for (Part part : inOrder) {
			part.ask(this, now);
			if (part.is(Kind.BROKEN)) {
				break;
			}
		}
		JointDecision concluded = conclude(now);
		return (concluded != null) ? concluded : waiting(now);
	}

	/**
	 * The buckets that the request stands in line for.
	 * @return none once it is decided
	 */
	synchronized List<Bucket> lines() {
		return this.parts.stream().filter((part) -> part.is(Kind.WAITING)).map(Part::bucket).toList();
	}

	@Override
	public Collection<Bucket> onAnswer(Promise promise, Answer answer) {
		long now = this.clock.nanoTime();
		JointDecision concluded;
		synchronized (this) {
			if (this.result != null) {
				return List.of();
			}
			this.parts.forEach((part) -> part.onAnswer(promise, answer));
			concluded = conclude(now);
		}
		if (concluded == null) {
			return List.of();
		}
		this.completion.complete(concluded);
		return (concluded.outcome() == Outcome.REJECTED && this.parts.size() > 1) ? buckets() : List.of();
	}

	private @Nullable JointDecision conclude(long now) {
		if (this.parts.stream().anyMatch((part) -> part.is(Kind.BROKEN))) {
			this.result = release(now);
		}
		else if (this.parts.stream().allMatch((part) -> part.is(Kind.KEPT))) {
			this.result = new JointDecision(Outcome.ADMITTED,
					this.parts.stream().map((part) -> part.commit(now)).toList(), null);
		}
		return this.result;
	}

	private JointDecision release(long now) {
		return new JointDecision(Outcome.REJECTED, this.parts.stream().map((part) -> part.release(now)).toList(), null);
	}

	private JointDecision waiting(long now) {
		return new JointDecision(Outcome.WAITING, this.parts.stream().map((part) -> part.waiting(now)).toList(),
				this.completion);
	}

	// Who gives up at the moment of the commit does not learn of it: nobody uses what was
	// consumed.
	private void withdraw() {
		long now = this.clock.nanoTime();
		synchronized (this) {
			if (this.result != null && !this.result.isAdmitted()) {
				return;
			}
			if (this.result != null) {
				this.parts.forEach((part) -> part.giveBack(now));
			}
			this.result = release(now);
		}
		buckets().forEach((bucket) -> this.store.serveLine(bucket, now));
	}

	// What was held there is free for those behind: to be served without the lock of this
	// admission, since that takes those of others.
	private List<Bucket> buckets() {
		return this.parts.stream().map(Part::bucket).toList();
	}

}
