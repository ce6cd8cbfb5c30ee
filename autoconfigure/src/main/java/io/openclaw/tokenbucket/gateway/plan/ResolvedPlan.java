package io.openclaw.tokenbucket.gateway.plan;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;

import com.github.benmanes.caffeine.cache.AsyncCache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Expiry;
import com.github.benmanes.caffeine.cache.Ticker;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

import org.springframework.util.StringUtils;
import org.springframework.web.server.ServerWebExchange;

import io.openclaw.tokenbucket.limiter.LogThrottle;
import io.openclaw.tokenbucket.limiter.NanoClock;

/**
 * What a {@link PlanResolver} answers. Answers are held by the name of the caller's
 * bucket, so that no API key stays in memory. Only the first request of a caller waits:
 * later an answer that has become old still counts while it is asked for anew, and as
 * long as that fails, until it is too old. Thread-safe.
 */
final class ResolvedPlan implements PlanSource {

	private static final Log logger = LogFactory.getLog(ResolvedPlan.class);

	// Who is not known is asked for again soon.
	private static final Duration PAUSE = Duration.ofSeconds(1);

	private final String bean;

	private final PlanResolver resolver;

	private final ResolverSettings settings;

	private final PlanCounts counts;

	private final Ticker clock;

	private final AsyncCache<String, Answer> answers;

	private final LogThrottle failures = new LogThrottle(NanoClock.SYSTEM);

	/**
	 * Creates a source.
	 * @param bean the name of the resolver
	 * @param resolver the resolver
	 * @param settings how long answers count
	 * @param counts counts calls
	 * @param clock by which answers become old
	 */
	ResolvedPlan(String bean, PlanResolver resolver, ResolverSettings settings, PlanCounts counts, Ticker clock) {
		this.bean = bean;
		this.resolver = resolver;
		this.settings = settings;
		this.counts = counts;
		this.clock = clock;
		this.answers = Caffeine.newBuilder()
			.maximumSize(settings.maxKeys())
			.ticker(clock)
			.expireAfter(Expiry.writing((String name, Answer answer) -> answer.known()
					? settings.timeToLive().plus(settings.hold()) : PAUSE))
			.buildAsync();
	}

	@Override
	public Mono<String> planOf(ServerWebExchange exchange, String key, String name) {
		CompletableFuture<Answer> held = this.answers.getIfPresent(name);
		if (held == null) {
			// Nobody who goes away takes the answer from others.
			return Mono
				.fromFuture(
						this.answers.get(name, (missing, executor) -> call(key).onErrorReturn(unknown()).toFuture()),
						true)
				.publishOn(Schedulers.parallel())
				.flatMap(Answer::toMono);
		}
		this.counts.countHeld();
		Answer answer = held.getNow(null);
		if (answer == null) {
			return Mono.fromFuture(held, true).publishOn(Schedulers.parallel()).flatMap(Answer::toMono);
		}
		if (answer.isDue(this.clock.read(), this.settings.timeToLive())) {
			call(key).subscribe((anew) -> this.answers.put(name, CompletableFuture.completedFuture(anew)),
					(failure) -> answer
						.askedAsOf(this.clock.read() + PAUSE.toNanos() - this.settings.timeToLive().toNanos()));
		}
		return answer.toMono();
	}

	@Override
	public @Nullable String heldPlanOf(String name) {
		CompletableFuture<Answer> held = this.answers.getIfPresent(name);
		Answer answer = (held != null) ? held.getNow(null) : null;
		return (answer != null) ? answer.plan() : null;
	}

	/**
	 * Callers whose plans are held.
	 */
	long held() {
		this.answers.synchronous().cleanUp();
		return this.answers.synchronous().estimatedSize();
	}

	private Mono<Answer> call(String key) {
		return Mono.defer(() -> this.resolver.resolve(key))
			.filter(StringUtils::hasText)
			.map(Optional::of)
			.defaultIfEmpty(Optional.empty())
			.timeout(this.settings.timeout())
			.map((plan) -> new Answer(plan.orElse(null), true, this.clock.read()))
			.doOnNext((answer) -> this.counts.countResolved())
			.doOnError(this::failed);
	}

	private Answer unknown() {
		return new Answer(this.settings.onFailure(), false, this.clock.read());
	}

	private void failed(Throwable failure) {
		this.counts.countFailed();
		this.failures.pass((count) -> logger
			.warn(("The PlanResolver bean '%s' failed %d times since the last such line. Callers keep the plan that is "
					+ "known for %s, others have %s")
				.formatted(this.bean, count, this.settings.hold(), (this.settings.onFailure() != null)
						? "the plan '" + this.settings.onFailure() + "'" : "the limit itself"),
					failure));
	}

	@Override
	public boolean isPerRequest() {
		return false;
	}

	@Override
	public String description() {
		return this.bean;
	}

	/**
	 * What is held of a caller.
	 */
	private static final class Answer {

		private final @Nullable String plan;

		private final boolean known;

		private volatile long askedAt;

		private final AtomicBoolean asking = new AtomicBoolean();

		Answer(@Nullable String plan, boolean known, long askedAt) {
			this.plan = plan;
			this.known = known;
			this.askedAt = askedAt;
		}

		@Nullable String plan() {
			return this.plan;
		}

		Mono<String> toMono() {
			return Mono.justOrEmpty(this.plan);
		}

		boolean known() {
			return this.known;
		}

		// True for one of all that ask.
		boolean isDue(long now, Duration timeToLive) {
			return this.known && now - this.askedAt >= timeToLive.toNanos() && this.asking.compareAndSet(false, true);
		}

		void askedAsOf(long pretended) {
			this.askedAt = pretended;
			this.asking.set(false);
		}

	}

}
