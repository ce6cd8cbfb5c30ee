package io.openclaw.tokenbucket.redis;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Answers of several servers that count only if more than half of them answered.
 */
final class Majority {

	private Majority() {
	}

	/**
	 * Unites what all servers found. Waits for the slowest, since what it has found is
	 * not to be missed.
	 * @param <T> the type of what is found
	 * @param answers one of each server; each completes in bounded time
	 * @return completes with the union of what the answering servers found if these are
	 * more than half, else exceptionally
	 */
	static <T> CompletableFuture<Set<T>> union(List<CompletableFuture<Set<T>>> answers) {
		Set<T> union = ConcurrentHashMap.newKeySet();
		AtomicInteger answered = new AtomicInteger();
		CompletableFuture<?>[] settled = answers.stream().map((answer) -> answer.handle((found, failure) -> {
			if (failure == null) {
				union.addAll(found);
				answered.incrementAndGet();
			}
			return null;
		})).toArray(CompletableFuture<?>[]::new);
		return CompletableFuture.allOf(settled).thenApply((ignored) -> {
			if (answered.get() * 2 <= answers.size()) {
				throw new IllegalStateException(answered + " of " + answers.size() + " Redis answered");
			}
			return new HashSet<>(union);
		});
	}

}
