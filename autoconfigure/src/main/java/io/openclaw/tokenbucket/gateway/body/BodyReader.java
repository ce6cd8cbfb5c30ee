package io.openclaw.tokenbucket.gateway.body;

import java.io.ByteArrayOutputStream;

import org.reactivestreams.Subscription;
import reactor.core.publisher.BaseSubscriber;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;
import reactor.util.context.Context;

import org.springframework.core.io.buffer.DataBuffer;
import org.springframework.core.io.buffer.DataBufferUtils;

/**
 * Reads a body: its beginning on its own account, the rest as fast as somebody asks for
 * it. Both are one subscription, which lives on when the request is handled: a service
 * may answer before it has all. Thread-safe.
 */
final class BodyReader extends BaseSubscriber<DataBuffer> {

	private final int enough;

	private final Context context;

	// One array: a caller may send each byte apart, and each would take thirty.
	private final ByteArrayOutputStream beginning = new ByteArrayOutputStream();

	private final Sinks.One<Boolean> arrived = Sinks.one();

	private final Sinks.Many<byte[]> rest = Sinks.many().unicast().onBackpressureBuffer();

	private boolean begun;

	private volatile boolean passedOn;

	/**
	 * Creates a reader.
	 * @param enough bytes, at which the beginning ends
	 * @param context of the subscription
	 */
	BodyReader(int enough, Context context) {
		this.enough = enough;
		this.context = context;
	}

	@Override
	public Context currentContext() {
		return this.context;
	}

	/**
	 * Emits once the beginning has arrived.
	 * @return whether that is all there is
	 */
	Mono<Boolean> arrived() {
		return this.arrived.asMono();
	}

	/**
	 * Ends the beginning with what has arrived.
	 */
	void pause() {
		end(false);
	}

	/**
	 * What arrived before {@link #arrived()} emitted.
	 */
	synchronized byte[] beginning() {
		return this.beginning.toByteArray();
	}

	/**
	 * What arrives after.
	 * @return to be subscribed to once
	 */
	Flux<byte[]> rest() {
		return this.rest.asFlux()
			.doOnSubscribe((subscription) -> this.passedOn = true)
			.doOnRequest(this::request)
			.doOnCancel(this::cancel);
	}

	/**
	 * Reads no further, unless the rest is passed on.
	 */
	void release() {
		if (!this.passedOn) {
			cancel();
		}
	}

	@Override
	protected void hookOnSubscribe(Subscription subscription) {
		request(1);
	}

	@Override
	protected void hookOnNext(DataBuffer buffer) {
		byte[] piece = take(buffer);
		if (!begin(piece)) {
			this.rest.tryEmitNext(piece);
		}
		else if (length() < this.enough) {
			request(1);
		}
		else {
			end(false);
		}
	}

	@Override
	protected void hookOnComplete() {
		end(true);
		this.rest.tryEmitComplete();
	}

	@Override
	protected void hookOnError(Throwable failure) {
		this.arrived.tryEmitError(failure);
		this.rest.tryEmitError(failure);
	}

	private synchronized boolean begin(byte[] piece) {
		if (this.begun) {
			return false;
		}
		this.beginning.writeBytes(piece);
		return true;
	}

	private synchronized int length() {
		return this.beginning.size();
	}

	private void end(boolean complete) {
		synchronized (this) {
			this.begun = true;
		}
		this.arrived.tryEmitValue(complete);
	}

	private static byte[] take(DataBuffer buffer) {
		byte[] bytes = new byte[buffer.readableByteCount()];
		buffer.read(bytes);
		DataBufferUtils.release(buffer);
		return bytes;
	}

}
