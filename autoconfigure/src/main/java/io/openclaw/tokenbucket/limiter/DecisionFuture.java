package io.openclaw.tokenbucket.limiter;

import java.util.concurrent.CompletableFuture;
import java.util.function.Function;

/**
 * A decision that is still to come. It is completed once: by the decision, or by a caller
 * that gives up. A caller that gives up withdraws its request, whatever has become of it
 * by then. Thread-safe.
 */
final class DecisionFuture<D> extends CompletableFuture<D> {

	private final Runnable withdrawal;

	/**
	 * Creates a decision to come.
	 * @param withdrawal undoes the request; may run more than once, and also after the
	 * request was decided
	 */
	DecisionFuture(Runnable withdrawal) {
		this.withdrawal = withdrawal;
		whenComplete((decision, failure) -> {
			if (failure != null) {
				withdrawal.run();
			}
		});
	}

	/**
	 * The same decision as others want to see it.
	 * @param mapping is not applied if its caller has given up by then
	 * @return a decision that withdraws the same request
	 */
	<E> DecisionFuture<E> map(Function<D, E> mapping) {
		DecisionFuture<E> mapped = new DecisionFuture<>(this.withdrawal);
		thenApply((decision) -> mapped.isDone() || mapped.complete(mapping.apply(decision)))
			.exceptionally(mapped::completeExceptionally);
		return mapped;
	}

}
