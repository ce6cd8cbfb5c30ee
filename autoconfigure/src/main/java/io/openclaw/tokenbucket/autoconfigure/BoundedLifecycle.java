package io.openclaw.tokenbucket.autoconfigure;

import java.time.Duration;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

import org.springframework.context.SmartLifecycle;

/**
 * A lifecycle that waits for its begin and for its end, each for so long at most. Both go
 * on if they take longer. A pause of the context does not end it.
 */
abstract class BoundedLifecycle implements SmartLifecycle {

	// For a timer that does not run any more.
	private static final Duration LONGEST_END = Duration.ofSeconds(5);

	private final Duration longestBegin;

	private volatile boolean running;

	BoundedLifecycle(Duration longestBegin) {
		this.longestBegin = longestBegin;
	}

	abstract CompletionStage<?> begin();

	/**
	 * Tells of a begin that failed or takes longer.
	 */
	abstract void reportBegin(Exception failure);

	abstract CompletionStage<?> end();

	/**
	 * Tells of an end that failed or takes longer.
	 */
	abstract void reportEnd(Throwable failure);

	@Override
	public final void start() {
		this.running = true;
		try {
			begin().toCompletableFuture().get(this.longestBegin.toNanos(), TimeUnit.NANOSECONDS);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
		catch (ExecutionException | TimeoutException ex) {
			reportBegin(ex);
		}
	}

	@Override
	public final void stop(Runnable callback) {
		this.running = false;
		end().toCompletableFuture()
			.orTimeout(LONGEST_END.toMillis(), TimeUnit.MILLISECONDS)
			.whenComplete((ended, failure) -> {
				if (failure != null) {
					reportEnd(failure);
				}
				callback.run();
			});
	}

	@Override
	public final void stop() {
		stop(() -> {
		});
	}

	@Override
	public final boolean isRunning() {
		return this.running;
	}

	@Override
	public final boolean isPauseable() {
		return false;
	}

}
