package io.openclaw.tokenbucket.replication.wire;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.IntConsumer;
import java.util.function.IntPredicate;

/**
 * Writes the primitive elements of the wire format: unsigned variable-length integers of
 * seven bits a byte, least significant first (LEB128), and length-prefixed UTF-8.
 */
public final class WireWriter {

	private static final int MAX_NUMBER_BYTES = 10;

	// A stream of the JDK would take its lock for each byte.
	private byte[] bytes = new byte[256];

	private int length;

	public void writeByte(int value) {
		reserve(1);
		this.bytes[this.length++] = (byte) value;
	}

	/**
	 * Writes a number that is never negative, or any 64 bits.
	 */
	public void writeNumber(long value) {
		reserve(MAX_NUMBER_BYTES);
		long rest = value;
		while ((rest & ~0x7FL) != 0) {
			this.bytes[this.length++] = (byte) (rest | 0x80);
			rest >>>= 7;
		}
		this.bytes[this.length++] = (byte) rest;
	}

	/**
	 * Writes a number that only grows, at most {@link WireReader#LARGEST}. A peer may
	 * have raised it close to that, and with one number too large no reader would accept
	 * the message. A smaller one is correct too.
	 */
	public void writeGrowing(long value) {
		writeNumber(Math.min(value, WireReader.LARGEST));
	}

	public void writeText(String text) {
		writeBytes(text.getBytes(StandardCharsets.UTF_8));
	}

	/**
	 * Writes bytes with their length before them.
	 */
	public void writeBytes(byte[] content) {
		writeNumber(content.length);
		reserve(content.length);
		System.arraycopy(content, 0, this.bytes, this.length, content.length);
		this.length += content.length;
	}

	/**
	 * Writes the number of elements, then each.
	 */
	public <T> void writeList(List<T> elements, Consumer<T> write) {
		writeNumber(elements.size());
		elements.forEach(write);
	}

	/**
	 * Writes elements of which runs are said once: the first of a run, then how many
	 * further ones there are.
	 * @param continues whether the element at an index, never the first, continues the
	 * one before it
	 * @param write writes the element at an index
	 */
	public void writeRuns(int size, IntPredicate continues, IntConsumer write) {
		int further = 0;
		for (int i = 0; i < size; i += 1 + further) {
			write.accept(i);
			further = 0;
			while (i + further + 1 < size && continues.test(i + further + 1)) {
				further++;
			}
			writeNumber(further);
		}
	}

	public byte[] toByteArray() {
		return Arrays.copyOf(this.bytes, this.length);
	}

	private void reserve(int more) {
		if (this.bytes.length - this.length < more) {
			this.bytes = Arrays.copyOf(this.bytes, Math.max(2 * this.bytes.length, this.length + more));
		}
	}

}
