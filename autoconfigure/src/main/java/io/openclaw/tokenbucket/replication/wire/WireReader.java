package io.openclaw.tokenbucket.replication.wire;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

import io.openclaw.tokenbucket.replication.port.MalformedMessageException;

/**
 * Reads the primitive elements of the wire format, trusting nothing.
 */
public final class WireReader {

	/**
	 * The largest number: so far from overflow that the sum or difference of two is none.
	 */
	public static final long LARGEST = (1L << 62) - 1;

	private final byte[] bytes;

	private int position;

	public WireReader(byte[] bytes) {
		this.bytes = bytes;
	}

	public int readByte() throws MalformedMessageException {
		if (this.position == this.bytes.length) {
			throw new MalformedMessageException("truncated");
		}
		return this.bytes[this.position++] & 0xFF;
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
		if (count > this.bytes.length - this.position) {
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
		int begin = this.position;
		this.position += length;
		return isAscii(begin, length) ? new String(this.bytes, begin, length, StandardCharsets.US_ASCII)
				: decode(ByteBuffer.wrap(this.bytes, begin, length));
	}

	private boolean isAscii(int begin, int length) {
		for (int i = begin; i < begin + length; i++) {
			if (this.bytes[i] < 0) {
				return false;
			}
		}
		return true;
	}

	private static String decode(ByteBuffer text) throws MalformedMessageException {
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
		int length = readCount();
		this.position += length;
		return Arrays.copyOfRange(this.bytes, this.position - length, this.position);
	}

	public void requireEnd() throws MalformedMessageException {
		if (this.position < this.bytes.length) {
			throw new MalformedMessageException("malformed");
		}
	}

}
