package io.openclaw.tokenbucket.gateway;

import org.reactivestreams.Publisher;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

import org.springframework.core.io.buffer.DataBuffer;
import org.springframework.http.server.reactive.ServerHttpResponse;
import org.springframework.http.server.reactive.ServerHttpResponseDecorator;

/**
 * A response whose body is looked at while it passes, piece by piece, and is left as it
 * is. Its request is settled before its last byte is on its way.
 */
final class SettlingResponse extends ServerHttpResponseDecorator {

	private final OpenSettlements open;

	SettlingResponse(ServerHttpResponse response, OpenSettlements open) {
		super(response);
		this.open = open;
	}

	@Override
	public Mono<Void> writeWith(Publisher<? extends DataBuffer> body) {
		if (!this.open.begin()) {
			return super.writeWith(body);
		}
		return super.writeWith((body instanceof Mono<? extends DataBuffer> whole)
				? whole.doOnNext(this.open::read).doOnSuccess((last) -> this.open.answered())
				: Flux.from(body).doOnNext(this.open::read).doOnComplete(this.open::answered));
	}

	@Override
	public Mono<Void> writeAndFlushWith(Publisher<? extends Publisher<? extends DataBuffer>> body) {
		if (!this.open.begin()) {
			return super.writeAndFlushWith(body);
		}
		return super.writeAndFlushWith(Flux.from(body)
			.map((part) -> Flux.from(part).doOnNext(this.open::read))
			.doOnComplete(this.open::answered));
	}

}
