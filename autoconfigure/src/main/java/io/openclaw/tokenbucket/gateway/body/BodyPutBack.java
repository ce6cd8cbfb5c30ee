package io.openclaw.tokenbucket.gateway.body;

import reactor.core.publisher.Flux;

import org.springframework.core.io.buffer.DataBuffer;
import org.springframework.core.io.buffer.DefaultDataBufferFactory;
import org.springframework.http.server.reactive.ServerHttpRequest;
import org.springframework.http.server.reactive.ServerHttpRequestDecorator;

/**
 * A request whose body was read and is put back.
 */
final class BodyPutBack extends ServerHttpRequestDecorator {

	private final Flux<byte[]> content;

	BodyPutBack(ServerHttpRequest request, Flux<byte[]> content) {
		super(request);
		this.content = content;
	}

	@Override
	public Flux<DataBuffer> getBody() {
		return this.content.map(DefaultDataBufferFactory.sharedInstance::wrap);
	}

}
