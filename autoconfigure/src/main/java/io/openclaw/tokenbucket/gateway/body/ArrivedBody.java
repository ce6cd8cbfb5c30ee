package io.openclaw.tokenbucket.gateway.body;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;

import org.jspecify.annotations.Nullable;
import reactor.core.Disposable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;
import reactor.core.scheduler.Schedulers;
import reactor.util.context.Context;

import org.springframework.cloud.gateway.support.ServerWebExchangeUtils;
import org.springframework.core.io.buffer.DataBuffer;
import org.springframework.http.HttpHeaders;
import org.springframework.web.server.ServerWebExchange;

/**
 * The part that has arrived of a body whose length is not announced: all of it, if it is
 * short; else its beginning, so that no more than {@link #MOST_BUFFERED} bytes and one
 * network buffer are held in memory for a request, however much it sends. A body that
 * some filter keeps already is neither read nor kept once more.
 */
public final class ArrivedBody {

	/** Longer bodies are passed on as they arrive. */
	public static final int MOST_BUFFERED = 65_536;

	// Who waits for the beginning of the answer before sending the rest must get it.
	private static final Duration MOST_WAITED = Duration.ofMillis(500);

	private static final String ATTRIBUTE = ArrivedBody.class.getName();

	// Where the filter CacheRequestBody keeps the bytes of what it has made an object of.
	private static final String BYTES_OF_CACHED_OBJECT = "cachedOriginalRequestBodyBackup";

	private final byte[] beginning;

	private final @Nullable BodyReader reader;

	private ArrivedBody(byte[] beginning, @Nullable BodyReader reader) {
		this.beginning = beginning;
		this.reader = reader;
	}

	/**
	 * Whether the length of a request's body can only be known by reading it.
	 * @param exchange the request
	 * @return {@code true} if it has a body of unknown length
	 */
	public static boolean isNeededFor(ServerWebExchange exchange) {
		HttpHeaders headers = exchange.getRequest().getHeaders();
		return headers.getContentLength() < 0 && headers.containsHeader(HttpHeaders.TRANSFER_ENCODING)
				&& cached(exchange) == null;
	}

	/**
	 * The length of a request's body as far as it is known.
	 * @param exchange the request
	 * @return the length that is announced, else of what a filter keeps, else of what has
	 * arrived, else zero
	 */
	public static long lengthOf(ServerWebExchange exchange) {
		long announced = exchange.getRequest().getHeaders().getContentLength();
		if (announced >= 0) {
			return announced;
		}
		DataBuffer cached = cached(exchange);
		if (cached != null) {
			return cached.readableByteCount();
		}
		ArrivedBody arrived = exchange.getAttribute(ATTRIBUTE);
		return (arrived != null) ? arrived.beginning.length : 0;
	}

	// As Retry, CacheRequestBody and the predicate ReadBody have it kept.
	private static @Nullable DataBuffer cached(ServerWebExchange exchange) {
		Object cached = exchange.getAttribute(ServerWebExchangeUtils.CACHED_REQUEST_BODY_ATTR);
		if (cached != null && !(cached instanceof DataBuffer)) {
			cached = exchange.getAttribute(BYTES_OF_CACHED_OBJECT);
		}
		return (cached instanceof DataBuffer buffer) ? buffer : null;
	}

	/**
	 * Reads a body until it ends, enough has arrived, or it takes too long.
	 * @param exchange the request
	 * @param next handles the request then
	 * @return completes with what follows
	 */
	public static Mono<Void> read(ServerWebExchange exchange, Function<ArrivedBody, Mono<Void>> next) {
		return Mono.deferContextual((context) -> {
			BodyReader reader = new BodyReader(MOST_BUFFERED, Context.of(context));
			exchange.getRequest().getBody().subscribe(reader);
			Disposable timeout = Schedulers.parallel()
				.schedule(reader::pause, MOST_WAITED.toMillis(), TimeUnit.MILLISECONDS);
			return reader.arrived().doFinally((signal) -> timeout.dispose()).flatMap((complete) -> {
				ArrivedBody body = new ArrivedBody(reader.beginning(), complete ? null : reader);
				exchange.getAttributes().put(ATTRIBUTE, body);
				return next.apply(body);
			}).doFinally((signal) -> reader.release());
		});
	}

	/**
	 * Passes the request on with the body put back. What is complete can be read more
	 * than once; of what is not, each further piece passes only if the meter agrees.
	 * @param exchange the request
	 * @param meter is asked before each further piece passes
	 * @param route handles the request
	 * @param answer answers it, once its handling is cancelled, where the body is stopped
	 * @param abort ends the connection, where the body is stopped after the answer began
	 * @return completes when the request is handled or answered
	 */
	public Mono<Void> pass(ServerWebExchange exchange, Meter meter, Function<ServerWebExchange, Mono<Void>> route,
			Function<Stop, Mono<Void>> answer, Runnable abort) {
		BodyReader reader = this.reader;
		if (reader == null) {
			return route.apply(with(beginning(), exchange));
		}
		// An error in the body would be taken for one of the connection to upstream, and
		// each be logged with its stack. So a body that is stopped just does not go on.
		Sinks.One<Stop> stop = Sinks.one();
		AtomicBoolean begun = new AtomicBoolean();
		Flux<byte[]> content = Flux.defer(
				() -> begun.getAndSet(true) ? stop(Stop.GONE, stop, abort)
						: beginning().concatWith(reader.rest()
							.concatMap((piece) -> meter.mayPass(piece.length)
								.flatMapMany((passes) -> passes ? Flux.just(piece) : stop(Stop.REFUSED, stop, abort)),
									1)));
		Mono<Stop> routed = route.apply(with(content, exchange)).then(Mono.empty());
		return Mono.firstWithSignal(routed, stop.asMono()).flatMap(answer);
	}

	private Flux<byte[]> beginning() {
		return (this.beginning.length > 0) ? Flux.just(this.beginning) : Flux.empty();
	}

	private static Flux<byte[]> stop(Stop why, Sinks.One<Stop> stop, Runnable abort) {
		return Flux.defer(() -> {
			if (stop.currentSubscriberCount() > 0) {
				stop.tryEmitValue(why);
			}
			else {
				abort.run();
			}
			return Flux.never();
		});
	}

	private static ServerWebExchange with(Flux<byte[]> content, ServerWebExchange exchange) {
		return exchange.mutate().request(new BodyPutBack(exchange.getRequest(), content)).build();
	}

	/**
	 * Why a body does not pass, or not wholly.
	 */
	public enum Stop {

		/** The meter does not let the rest pass. */
		REFUSED,

		/** It is to be sent again and was not kept. */
		GONE

	}

	/**
	 * Counts what arrives.
	 */
	@FunctionalInterface
	public interface Meter {

		/**
		 * A piece has arrived that is to be passed on.
		 * @param bytes its length
		 * @return whether it may pass; never an error
		 */
		Mono<Boolean> mayPass(int bytes);

	}

}
