package io.openclaw.tokenbucket.console;

import java.time.Duration;
import java.util.function.Supplier;

import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;
import reactor.core.scheduler.Scheduler;

/**
 * Samples for all browsers that look, taken and serialized once. Nothing is sampled while
 * nobody looks. A page that opens while others are open gets the last two minutes first.
 * Thread-safe.
 */
public final class ConsoleStream {

	/** The time between samples. */
	static final Duration INTERVAL = Duration.ofMillis(500);

	private static final Duration HISTORY = Duration.ofMinutes(2);

	// A page that is loaded anew still finds the lines.
	private static final Duration LINGER = Duration.ofSeconds(5);

	private final Flux<String> samples;

	private final Sinks.Empty<Void> end = Sinks.empty();

	/**
	 * Creates the stream.
	 * @param sampler takes a sample and writes it as JSON
	 * @param scheduler where samples are taken; each takes no longer than a look at the
	 * endpoints
	 */
	public ConsoleStream(Supplier<String> sampler, Scheduler scheduler) {
		this.samples = Flux.interval(Duration.ZERO, INTERVAL, scheduler)
			.onBackpressureDrop()
			.map((tick) -> sampler.get())
			.replay((int) HISTORY.dividedBy(INTERVAL))
			.refCount(1, LINGER, scheduler);
	}

	/**
	 * Ends what every page reads, and what pages begin to read afterwards: a server that
	 * stops waits for answers that have no end.
	 */
	public void end() {
		this.end.tryEmitEmpty();
	}

	/**
	 * The end.
	 * @return completes once there is to be nothing more
	 */
	Mono<Void> ended() {
		return this.end.asMono();
	}

	/**
	 * The samples, without an end.
	 * @return JSON texts, each a {@link ConsoleSample}
	 */
	Flux<String> samples() {
		return this.samples.onBackpressureLatest();
	}

}
