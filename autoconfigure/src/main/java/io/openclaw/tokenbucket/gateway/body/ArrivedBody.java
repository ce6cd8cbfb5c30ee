package io.openclaw.tokenbucket.gateway.body;

import java.util.List;
import java.util.function.Function;

import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Signal;

import org.springframework.core.io.buffer.DataBuffer;
import org.springframework.core.io.buffer.DataBufferUtils;
import org.springframework.http.HttpHeaders;
import org.springframework.http.server.reactive.ServerHttpRequest;
import org.springframework.web.server.ServerWebExchange;

/**
 * What has arrived of a body whose length is not announced: all of it, if it is short;
 * else its beginning, so that no more than {@link #MOST_BUFFERED} bytes and one network
 * buffer are held in memory for a request, however much it sends.
 */
public final class ArrivedBody {

	/** Longer bodies are passed on as they arrive. */
	public static final int MOST_BUFFERED = 65_536;

	private static final String ATTRIBUTE = ArrivedBody.class.getName();

	private final List<byte[]> beginning;

	private final long length;

	private final @Nullable Flux<List<byte[]>> stream;

	private ArrivedBody(List<byte[]> beginning, Flux<List<byte[]>> stream) {
		this.beginning = beginning;
		this.length = beginning.stream().mapToLong((piece) -> piece.length).sum();
		this.stream = (this.length < MOST_BUFFERED) ? null : stream;
	}

	/**
	 * Whether the length of a request's body can only be known by reading it.
	 * @param request the request
	 * @return {@code true} if it has a body of unknown length
	 */
	public static boolean isNeededFor(ServerHttpRequest request) {
		HttpHeaders headers = request.getHeaders();
		return headers.getContentLength() < 0 && headers.containsHeader(HttpHeaders.TRANSFER_ENCODING);
	}

	/**
	 * The length of a request's body as far as it is known.
	 * @param exchange the request
	 * @return the length that is announced, else of what has arrived, else zero
	 */
	public static long lengthOf(ServerWebExchange exchange) {
		ArrivedBody arrived = exchange.getAttribute(ATTRIBUTE);
		if (arrived != null) {
			return arrived.length;
		}
		return Math.max(0, exchange.getRequest().getHeaders().getContentLength());
	}

	/**
	 * Reads a body until it ends or enough has arrived.
	 * @param exchange the request
	 * @param next handles the request then
	 * @return completes with what follows
	 */
	public static Mono<Void> read(ServerWebExchange exchange, Function<ArrivedBody, Mono<Void>> next) {
		return Flux.defer(() -> {
			Beginning beginning = new Beginning();
			return exchange.getRequest()
				.getBody()
				.map(ArrivedBody::take)
				.bufferUntil(beginning::isEnough)
				.switchOnFirst((signal, all) -> arrived(signal, all, exchange, next));
		}).then();
	}

	private static Flux<Void> arrived(Signal<? extends List<byte[]>> signal, Flux<List<byte[]>> all,
			ServerWebExchange exchange, Function<ArrivedBody, Mono<Void>> next) {
		if (signal.isOnError()) {
			return all.thenMany(Flux.empty());
		}
		List<byte[]> first = signal.hasValue() ? signal.get() : List.of();
		ArrivedBody body = new ArrivedBody((first != null) ? first : List.of(), all);
		exchange.getAttributes().put(ATTRIBUTE, body);
		return next.apply(body).flux();
	}

	private static byte[] take(DataBuffer buffer) {
		byte[] bytes = new byte[buffer.readableByteCount()];
		buffer.read(bytes);
		DataBufferUtils.release(buffer);
		return bytes;
	}

	/**
	 * Whether the body ended before enough had arrived.
	 * @return {@code true} if its length is known
	 */
	public boolean isComplete() {
		return this.stream == null;
	}

	/**
	 * The request with the body put back.
	 * @param exchange the request
	 * @param meter is asked before each further piece of a body that is not complete
	 * passes
	 * @return the same request, whose body can be read; more than once if it is complete
	 */
	public ServerWebExchange putBack(ServerWebExchange exchange, Meter meter) {
		Flux<byte[]> content = (this.stream == null) ? Flux.fromIterable(this.beginning)
				: this.stream.index()
					.concatMap((pieces) -> Flux.fromIterable(pieces.getT2())
						.concatMap((piece) -> (pieces.getT1() == 0) ? Mono.just(piece)
								: meter.arrive(piece.length).thenReturn(piece)));
		return exchange.mutate().request(new BodyPutBack(exchange.getRequest(), content)).build();
	}

	/**
	 * Counts what arrives.
	 */
	@FunctionalInterface
	public interface Meter {

		/**
		 * A piece has arrived that is to be passed on.
		 * @param bytes its length
		 * @return completes when it may pass; an error ends the request
		 */
		Mono<Void> arrive(int bytes);

	}

	private static final class Beginning {

		private long length;

		boolean isEnough(byte[] piece) {
			this.length += piece.length;
			return this.length >= MOST_BUFFERED;
		}

	}

}
