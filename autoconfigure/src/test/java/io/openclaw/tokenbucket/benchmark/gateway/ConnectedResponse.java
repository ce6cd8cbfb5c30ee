package io.openclaw.tokenbucket.benchmark.gateway;

import io.netty.channel.embedded.EmbeddedChannel;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.netty.Connection;

import org.springframework.core.io.buffer.DataBuffer;
import org.springframework.core.io.buffer.DefaultDataBufferFactory;
import org.springframework.http.server.reactive.AbstractServerHttpResponse;

/**
 * A response that goes nowhere, on a connection whose event loop is the calling thread.
 */
final class ConnectedResponse extends AbstractServerHttpResponse {

	private static final EmbeddedChannel CHANNEL = new EmbeddedChannel();

	private static final Connection CONNECTION = () -> CHANNEL;

	ConnectedResponse() {
		super(DefaultDataBufferFactory.sharedInstance);
	}

	/**
	 * Does what was left to the event loop.
	 */
	void runTasks() {
		CHANNEL.runPendingTasks();
	}

	@Override
	@SuppressWarnings("unchecked")
	public <T> T getNativeResponse() {
		return (T) CONNECTION;
	}

	@Override
	protected Mono<Void> writeWithInternal(Publisher<? extends DataBuffer> body) {
		return Flux.from(body).then();
	}

	@Override
	protected Mono<Void> writeAndFlushWithInternal(Publisher<? extends Publisher<? extends DataBuffer>> body) {
		return Flux.from(body).concatMap((part) -> part).then();
	}

	@Override
	protected void applyStatusCode() {
		// Nobody sees it.
	}

	@Override
	protected void applyHeaders() {
		// Nobody sees them.
	}

	@Override
	protected void applyCookies() {
		// Nobody sees them.
	}

}
