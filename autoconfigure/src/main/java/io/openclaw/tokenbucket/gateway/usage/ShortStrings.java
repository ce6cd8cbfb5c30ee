package io.openclaw.tokenbucket.gateway.usage;

import java.nio.ByteBuffer;
import java.util.function.Consumer;

/**
 * Leaves out of JSON what a string has beyond its beginning, so that whoever parses the
 * rest holds no long text. Mutable, for one thread at a time.
 */
final class ShortStrings {

	// More than any number has digits.
	private static final int MOST_BYTES = 1_000;

	// Of the longest escape sequence, a backslash and u and four digits.
	private static final int ESCAPE_BYTES = 6;

	private boolean inString;

	private boolean escaped;

	// Since the last backslash.
	private int sinceEscape = ESCAPE_BYTES;

	private int length;

	private boolean leftOut;

	/**
	 * Passes on what is left of a piece.
	 * @param piece whose position is left at its limit
	 */
	void pass(ByteBuffer piece, Consumer<ByteBuffer> next) {
		int from = piece.position();
		for (int at = from; at < piece.limit(); at++) {
			boolean before = this.leftOut;
			step(piece.get(at));
			if (before != this.leftOut) {
				if (this.leftOut) {
					passSlice(piece, from, at, next);
				}
				from = at;
			}
		}
		if (!this.leftOut) {
			passSlice(piece, from, piece.limit(), next);
		}
		piece.position(piece.limit());
	}

	private void step(byte next) {
		if (!this.inString) {
			this.inString = next == '"';
			this.length = 0;
			return;
		}
		this.length++;
		this.sinceEscape++;
		if (this.escaped) {
			this.escaped = false;
		}
		else if (next == '\\') {
			this.escaped = true;
			this.sinceEscape = 1;
		}
		else if (next == '"') {
			this.inString = false;
			this.leftOut = false;
			return;
		}
		// Neither a character nor an escape sequence may be cut.
		if (this.length > MOST_BYTES && next >= 0 && this.sinceEscape > ESCAPE_BYTES) {
			this.leftOut = true;
		}
	}

	private static void passSlice(ByteBuffer piece, int from, int to, Consumer<ByteBuffer> next) {
		if (from < to) {
			next.accept(piece.slice(from, to - from));
		}
	}

}
