package io.openclaw.tokenbucket.gateway.usage;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.OptionalLong;

import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonPointer;

/**
 * Reads a number of the last server-sent event that has it. Lines are read byte by byte,
 * and none is held, however long it is.
 * <p>
 * Source: HTML Living Standard, section 9.2, <i>Server-sent events</i>.
 */
final class EventStreamUsage implements UsageReader {

	private static final byte[] DATA = "data:".getBytes(StandardCharsets.US_ASCII);

	private final JsonPointer field;

	private Place place = Place.NAME;

	// Of the name of the field of the line.
	private int matched;

	private boolean afterCarriageReturn;

	private @Nullable JsonUsage event;

	private OptionalLong usage = OptionalLong.empty();

	EventStreamUsage(JsonPointer field) {
		this.field = field;
	}

	@Override
	public OptionalLong usage() {
		return this.usage;
	}

	@Override
	public void read(ByteBuffer piece) {
		int from = piece.position();
		for (int at = from; at < piece.limit(); at++) {
			byte next = piece.get(at);
			boolean secondHalf = next == '\n' && this.afterCarriageReturn;
			this.afterCarriageReturn = next == '\r';
			if (secondHalf) {
				continue;
			}
			if (next == '\n' || next == '\r') {
				endLine(piece, from, at);
			}
			else if (this.place == Place.NAME) {
				matchName(next);
				from = at + 1;
			}
		}
		if (this.place == Place.DATA) {
			readData(piece, from, piece.limit());
		}
		piece.position(piece.limit());
	}

	private void matchName(byte next) {
		this.place = (next == DATA[this.matched]) ? Place.NAME : Place.OTHER;
		this.matched++;
		if (this.place == Place.NAME && this.matched == DATA.length) {
			this.place = Place.DATA;
		}
	}

	private void endLine(ByteBuffer piece, int from, int at) {
		if (this.place == Place.DATA) {
			readData(piece, from, at);
			// The line end counts where data has several lines.
			readData(ByteBuffer.wrap(new byte[] { '\n' }), 0, 1);
		}
		else if (this.matched == 0) {
			this.event = null;
		}
		this.place = Place.NAME;
		this.matched = 0;
	}

	private void readData(ByteBuffer piece, int from, int to) {
		if (from >= to) {
			return;
		}
		if (this.event == null) {
			this.event = new JsonUsage(this.field);
		}
		this.event.read(piece.slice(from, to - from));
		OptionalLong found = this.event.usage();
		this.usage = found.isPresent() ? found : this.usage;
	}

	private enum Place {

		/** In the name of the field, as far as that may be data. */
		NAME,

		/** In the value of a field of data. */
		DATA,

		/** In any other field. */
		OTHER

	}

}
