package io.openclaw.tokenbucket.replication.wire;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/**
 * Writes the primitive elements of the wire format: unsigned variable-length integers of
 * seven bits a byte, least significant first (LEB128), and length-prefixed UTF-8.
 */
public final class WireWriter {

	private final ByteArrayOutputStream bytes = new ByteArrayOutputStream(256);

	public void writeByte(int value) {
		this.bytes.write(value);
	}

	/**
	 * Writes a number that is never negative, or any 64 bits.
	 */
	public void writeNumber(long value) {
		long rest = value;
		while ((rest & ~0x7FL) != 0) {
			this.bytes.write((int) (rest & 0x7F) | 0x80);
			rest >>>= 7;
		}
		this.bytes.write((int) rest);
	}

	public void writeText(String text) {
		writeBytes(text.getBytes(StandardCharsets.UTF_8));
	}

	/**
	 * Writes bytes with their length before them.
	 */
	public void writeBytes(byte[] content) {
		writeNumber(content.length);
		this.bytes.writeBytes(content);
	}

	public byte[] toByteArray() {
		return this.bytes.toByteArray();
	}

}
