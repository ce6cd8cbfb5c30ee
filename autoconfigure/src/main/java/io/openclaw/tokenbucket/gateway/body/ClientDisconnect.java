package io.openclaw.tokenbucket.gateway.body;

import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;

import io.netty.channel.Channel;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;
import reactor.netty.FutureMono;
import reactor.netty.channel.AbortedException;
import reactor.netty.http.server.HttpServerRequest;

import org.springframework.core.io.buffer.DataBuffer;
import org.springframework.core.io.buffer.DataBufferUtils;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.server.reactive.ServerHttpRequest;
import org.springframework.http.server.reactive.ServerHttpRequestDecorator;
import org.springframework.web.server.ServerWebExchange;
import org.springframework.web.util.DisconnectedClientHelper;

/**
 * Ends the handling of a request whose caller goes away while it still sends. The request
 * to the service is cancelled, and nobody is answered. An error in the body would be
 * taken for one of the connection to the service, and a caller could have each such
 * request logged.
 */
public final class ClientDisconnect {

	private ClientDisconnect() {
	}

	/**
	 * Whether a caller sends more than the head of a request.
	 * @param request the request
	 * @return {@code true} if it has a body
	 */
	public static boolean isPossibleIn(ServerHttpRequest request) {
		HttpHeaders headers = request.getHeaders();
		// Reactor Netty says of a body of unknown length that it is chunked, in HTTP/2
		// as well.
		return headers.getContentLength() > 0 || headers.containsHeader(HttpHeaders.TRANSFER_ENCODING);
	}

	/**
	 * Handles a request until its caller goes away.
	 * @param exchange the request
	 * @param route handles it, and sees no error of a connection that is closed in its
	 * body
	 * @return completes when the request is handled, or its body breaks off
	 */
	public static Mono<Void> cancels(ServerWebExchange exchange, Function<ServerWebExchange, Mono<Void>> route) {
		Sinks.One<Boolean> brokenOff = Sinks.one();
		ServerHttpRequest request = exchange.getRequest();
		Mono<Boolean> routed = route.apply(exchange.mutate().request(new ServerHttpRequestDecorator(request) {

			@Override
			public Flux<DataBuffer> getBody() {
				return super.getBody().takeUntilOther(closed(request))
					.doOnDiscard(DataBuffer.class, DataBufferUtils::release)
					.onErrorResume(DisconnectedClientHelper::isClientDisconnectedException, (gone) -> {
						brokenOff.tryEmitValue(true);
						return Flux.never();
					});
			}

		}).build()).then(Mono.empty());
		return Mono.firstWithSignal(routed, brokenOff.asMono())
			// For metrics alone.
			.doOnNext((gone) -> exchange.getResponse().setStatusCode(HttpStatus.BAD_REQUEST))
			.then();
	}

	// Before Netty tells the reader of a body, which logs what comes after the end.
	private static Mono<Void> closed(ServerHttpRequest request) {
		if (!(ServerHttpRequestDecorator.getNativeRequest(request) instanceof HttpServerRequest server)) {
			return Mono.never();
		}
		AtomicReference<Channel> channel = new AtomicReference<>();
		server.withConnection((connection) -> channel.set(connection.channel()));
		return FutureMono.from(channel.get().closeFuture()).then(Mono.error(AbortedException::beforeSend));
	}

}
