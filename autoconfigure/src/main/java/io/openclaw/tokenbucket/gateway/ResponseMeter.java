package io.openclaw.tokenbucket.gateway;

import java.util.HashMap;
import java.util.Map;
import java.util.OptionalLong;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import tools.jackson.core.JsonPointer;

import org.springframework.core.io.buffer.DataBuffer;
import org.springframework.http.HttpHeaders;
import org.springframework.web.server.ServerWebExchange;

import io.openclaw.tokenbucket.gateway.usage.UsageNumber;
import io.openclaw.tokenbucket.gateway.usage.UsageReader;
import io.openclaw.tokenbucket.limiter.NanoClock;

/**
 * Measures the response of the upstream to one request while it passes. Thread-safe.
 */
final class ResponseMeter {

	private static final Log logger = LogFactory.getLog(ResponseMeter.class);

	private final ServerWebExchange exchange;

	private final NanoClock clock;

	private final long startedAt;

	private final Map<JsonPointer, UsageReader> readers = new HashMap<>(1);

	private boolean begun;

	private long bytes;

	ResponseMeter(ServerWebExchange exchange, NanoClock clock) {
		this.exchange = exchange;
		this.clock = clock;
		this.startedAt = clock.nanoTime();
	}

	ServerWebExchange exchange() {
		return this.exchange;
	}

	/**
	 * The body of the response begins.
	 * @param fields which of its JSON are read
	 */
	synchronized void begin(Iterable<JsonPointer> fields) {
		this.begun = true;
		HttpHeaders headers = this.exchange.getResponse().getHeaders();
		for (JsonPointer field : fields) {
			UsageReader reader = this.readers.containsKey(field) ? null : UsageReader.of(headers, field);
			if (reader != null) {
				this.readers.put(field, reader);
			}
		}
	}

	/**
	 * A piece of the body passes.
	 * @param piece is left as it is
	 */
	synchronized void read(DataBuffer piece) {
		this.bytes += piece.readableByteCount();
		if (this.readers.isEmpty()) {
			return;
		}
		try (DataBuffer.ByteBufferIterator parts = piece.readableByteBuffers()) {
			parts.forEachRemaining(
					(part) -> this.readers.values().forEach((reader) -> reader.read(part.asReadOnlyBuffer())));
		}
		catch (RuntimeException ex) {
			logger.error("A response cannot be read, and costs what was reserved", ex);
			this.readers.clear();
		}
	}

	synchronized boolean hasBegun() {
		return this.begun;
	}

	synchronized long bytes() {
		return this.bytes;
	}

	synchronized OptionalLong usage(JsonPointer field) {
		UsageReader reader = this.readers.get(field);
		return (reader != null) ? reader.usage() : OptionalLong.empty();
	}

	OptionalLong header(String name) {
		return UsageNumber.of(this.exchange.getResponse().getHeaders().getFirst(name));
	}

	long nanos() {
		return this.clock.nanoTime() - this.startedAt;
	}

}
