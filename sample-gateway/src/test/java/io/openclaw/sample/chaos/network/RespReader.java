package io.openclaw.sample.chaos.network;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

import org.jspecify.annotations.Nullable;

/**
 * Splits a connection to Redis into the values of its protocol, so that one can be left
 * out and what follows still makes sense. Reads RESP2 and RESP3
 * (https://redis.io/docs/latest/develop/reference/protocol-spec). Not thread-safe.
 */
final class RespReader {

	private final InputStream in;

	private final ByteArrayOutputStream raw = new ByteArrayOutputStream();

	private final List<byte[]> words = new ArrayList<>();

	RespReader(InputStream in) {
		this.in = in;
	}

	/**
	 * Reads the next value, a command, a reply or something pushed.
	 * @return the value, {@code null} at the end of the connection
	 * @throws IOException if the connection breaks, or ends within a value
	 */
	@Nullable RespFrame read() throws IOException {
		this.raw.reset();
		this.words.clear();
		int type = this.in.read();
		if (type < 0) {
			return null;
		}
		readValue(type, 0);
		return new RespFrame(this.raw.toByteArray(), List.copyOf(this.words));
	}

	private void readValue(int type, int depth) throws IOException {
		this.raw.write(type);
		String line = readLine();
		switch (type) {
			case '$', '=', '!' -> readBulk(Integer.parseInt(line), depth);
			case '*', '>', '~' -> readValues(Integer.parseInt(line), depth);
			case '%' -> readValues(2 * Integer.parseInt(line), depth);
			case '|' -> {
				readValues(2 * Integer.parseInt(line), depth + 1);
				readValue(readByte(), depth);
			}
			case '+', '-', ':', '_', ',', '#', '(' -> {
				// The line was all.
			}
			default -> throw new IOException("not a value of RESP: " + (char) type + line);
		}
	}

	private void readValues(int count, int depth) throws IOException {
		for (int i = 0; i < count; i++) {
			readValue(readByte(), depth + 1);
		}
	}

	// An absent value has the length -1.
	private void readBulk(int length, int depth) throws IOException {
		if (length < 0) {
			return;
		}
		byte[] bytes = this.in.readNBytes(length);
		this.raw.write(bytes);
		this.raw.write(readByte());
		this.raw.write(readByte());
		if (depth == 1) {
			this.words.add(bytes);
		}
	}

	private String readLine() throws IOException {
		int start = this.raw.size();
		int before = 0;
		for (int next = readByte(); before != '\r' || next != '\n'; next = readByte()) {
			this.raw.write(next);
			before = next;
		}
		this.raw.write('\n');
		byte[] all = this.raw.toByteArray();
		return new String(all, start, all.length - start - 2, StandardCharsets.UTF_8);
	}

	private int readByte() throws IOException {
		int next = this.in.read();
		if (next < 0) {
			throw new EOFException();
		}
		return next;
	}

}
