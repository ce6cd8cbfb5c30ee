package io.openclaw.tokenbucket.gateway.usage;

import java.nio.ByteBuffer;
import java.util.OptionalLong;

import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonPointer;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.TokenStreamContext;
import tools.jackson.core.async.ByteBufferFeeder;
import tools.jackson.core.json.JsonFactory;

/**
 * Reads a number of a JSON value, or of the last of several in a row that has it. Holds
 * one token of the body, of which long strings are left out. What is no JSON is read no
 * further.
 */
final class JsonUsage implements UsageReader {

	private static final JsonFactory FACTORY = new JsonFactory();

	private final JsonPointer field;

	private final int depth;

	private final ShortStrings strings = new ShortStrings();

	private final JsonParser parser = FACTORY.createNonBlockingByteBufferParser(ObjectReadContext.empty());

	private final ByteBufferFeeder feeder = (ByteBufferFeeder) this.parser.nonBlockingInputFeeder();

	private boolean broken;

	private OptionalLong usage = OptionalLong.empty();

	JsonUsage(JsonPointer field) {
		this.field = field;
		this.depth = depthOf(field);
	}

	@Override
	public OptionalLong usage() {
		return this.usage;
	}

	@Override
	public void read(ByteBuffer piece) {
		this.strings.pass(piece, this::parse);
	}

	private void parse(ByteBuffer part) {
		if (this.broken) {
			return;
		}
		try {
			this.feeder.feedInput(part);
			for (JsonToken token = this.parser.nextToken(); token != JsonToken.NOT_AVAILABLE
					&& token != null; token = this.parser.nextToken()) {
				see(token);
			}
		}
		catch (JacksonException ex) {
			this.broken = true;
		}
	}

	private void see(JsonToken token) {
		if ((token.isNumeric() || token == JsonToken.VALUE_STRING) && isSought(this.parser.streamReadContext())) {
			OptionalLong found = UsageNumber.of(this.parser.getString());
			this.usage = found.isPresent() ? found : this.usage;
		}
	}

	private boolean isSought(TokenStreamContext place) {
		return place.getNestingDepth() == this.depth && place.pathAsPointer().equals(this.field);
	}

	private static int depthOf(JsonPointer pointer) {
		int depth = 0;
		for (JsonPointer rest = pointer; !rest.matches(); rest = rest.tail()) {
			depth++;
		}
		return depth;
	}

}
