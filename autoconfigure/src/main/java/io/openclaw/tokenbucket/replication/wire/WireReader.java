package io.openclaw.tokenbucket.replication.wire;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

import io.openclaw.tokenbucket.replication.port.MalformedMessageException;

/**
 * Reads the primitive elements of the wire format, trusting nothing.
 */
public final class WireReader {

	/**
	 * The largest number: so far from overflow that the sum or difference of two is none.
	 */
	public static final long LARGEST = (1L << 62) - 1;

	private final ByteBuffer buffer;

	public WireReader(byte[] bytes) {
		this.buffer = ByteBuffer.wrap(bytes);
	}

	public int readByte() throws MalformedMessageException {
		require(1);
		return this.buffer.get() & 0xFF;
	}

	/**
	 * Reads any 64 bits.
	 */
	public long readBits() throws MalformedMessageException {
		long value = 0;
		for (int shift = 0; shift < Long.SIZE; shift += 7) {
			int next = readByte();
			if (shift == 63 && next > 1) {
				break;
			}
			value |= (long) (next & 0x7F) << shift;
			if ((next & 0x80) == 0) {
				return value;
			}
		}
		throw new MalformedMessageException("malformed");
	}

	/**
	 * Reads a number from zero to {@link #LARGEST}.
	 */
	public long readNumber() throws MalformedMessageException {
		long value = readBits();
		if (value < 0 || value > LARGEST) {
			throw new MalformedMessageException("range");
		}
		return value;
	}

	/**
	 * Reads the number of elements that follow, each of which takes at least a byte.
	 */
	public int readCount() throws MalformedMessageException {
		long count = readNumber();
		if (count > this.buffer.remaining()) {
			throw new MalformedMessageException("malformed");
		}
		return (int) count;
	}

	/**
	 * Reads the number of elements that follow.
	 * @param most how many there may be
	 */
	public int readCount(int most) throws MalformedMessageException {
		int count = readCount();
		if (count > most) {
			throw new MalformedMessageException("count");
		}
		return count;
	}

	/**
	 * Reads a byte that is 0 or 1.
	 */
	public boolean readFlag() throws MalformedMessageException {
		int flag = readByte();
		if (flag > 1) {
			throw new MalformedMessageException("range");
		}
		return flag == 1;
	}

	public String readText() throws MalformedMessageException {
		int length = readCount();
		ByteBuffer text = this.buffer.slice(this.buffer.position(), length);
		this.buffer.position(this.buffer.position() + length);
		try {
			return StandardCharsets.UTF_8.newDecoder().decode(text).toString();
		}
		catch (CharacterCodingException ex) {
			throw new MalformedMessageException("malformed");
		}
	}

	/**
	 * Reads bytes with their length before them.
	 */
	public byte[] readBytes() throws MalformedMessageException {
		byte[] content = new byte[readCount()];
		this.buffer.get(content);
		return content;
	}

	public void requireEnd() throws MalformedMessageException {
		if (this.buffer.hasRemaining()) {
			throw new MalformedMessageException("malformed");
		}
	}

	private void require(int length) throws MalformedMessageException {
		if (this.buffer.remaining() < length) {
			throw new MalformedMessageException("truncated");
		}
	}

}
