package io.openclaw.tokenbucket.replication.wire;

import java.io.ByteArrayOutputStream;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/**
 * Messages that are nearly right, by a seed: bits flipped, bytes cut out, put in or
 * doubled, two messages spliced, numbers replaced by those at the edges of what is
 * allowed; and some that are nothing but noise.
 */
public final class MutatedMessages {

	private static final long[] EDGES = { 0, 1, 2, 127, 128, 255, 1_000, 1_001, 16_384, Integer.MAX_VALUE, 1L << 31,
			WireReader.LARGEST - 1, WireReader.LARGEST, WireReader.LARGEST + 1, Long.MAX_VALUE - 1, Long.MAX_VALUE,
			Long.MIN_VALUE, -1 };

	private final Random random;

	private final List<byte[]> corpus;

	/**
	 * Creates messages.
	 * @param random what decides
	 * @param corpus messages that are right
	 */
	public MutatedMessages(Random random, List<byte[]> corpus) {
		this.random = random;
		this.corpus = corpus;
	}

	public byte[] next() {
		if (this.random.nextInt(20) == 0) {
			return noise();
		}
		byte[] message = any();
		for (int left = this.random.nextInt(4); left >= 0 && message.length > 2; left--) {
			message = mutate(message);
		}
		return message;
	}

	private byte[] mutate(byte[] message) {
		int at = this.random.nextInt(message.length);
		int some = this.random.nextInt(1 + Math.min(24, message.length - at));
		return switch (this.random.nextInt(8)) {
			case 0 -> Arrays.copyOf(message, at);
			case 1 -> join(message, at, any(), this.random.nextInt(message.length));
			case 2 -> replace(message, at, some, new byte[0]);
			case 3 -> replace(message, at, 0, Arrays.copyOfRange(message, at, at + some));
			case 4, 5 -> replace(message, at, 1, edge());
			case 6 -> replace(message, at, 1, new byte[] { (byte) (message[at] + 1 - 2 * this.random.nextInt(2)) });
			default -> replace(message, at, 1, new byte[] { (byte) (message[at] ^ 1 << this.random.nextInt(8)) });
		};
	}

	private byte[] edge() {
		WireWriter out = new WireWriter();
		out.writeNumber(EDGES[this.random.nextInt(EDGES.length)]);
		return out.toByteArray();
	}

	private byte[] noise() {
		byte[] noise = new byte[this.random.nextInt(300)];
		this.random.nextBytes(noise);
		if (noise.length > 1 && this.random.nextInt(4) > 0) {
			noise[0] = MessageCodec.MAGIC;
			noise[1] = (byte) (1 + this.random.nextInt(3));
		}
		return noise;
	}

	private byte[] any() {
		return this.corpus.get(this.random.nextInt(this.corpus.size()));
	}

	private static byte[] join(byte[] head, int until, byte[] tail, int from) {
		return replace(head, until, head.length - until,
				Arrays.copyOfRange(tail, Math.min(from, tail.length), tail.length));
	}

	private static byte[] replace(byte[] message, int at, int length, byte[] by) {
		ByteArrayOutputStream out = new ByteArrayOutputStream(message.length + by.length);
		out.write(message, 0, at);
		out.writeBytes(by);
		out.write(message, at + length, message.length - at - length);
		return out.toByteArray();
	}

}
