package io.openclaw.tokenbucket.replication.wire;

import java.util.Arrays;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Consumer;

import io.openclaw.tokenbucket.replication.port.MalformedMessageException;
import io.openclaw.tokenbucket.replication.port.MessageSigning;

/**
 * The part after the body of a message: contents by type, each with its length, so that
 * who does not know a type can skip it. To add something to messages, give it a type
 * here, write it by {@link #with} where messages are made, and read it by {@link #find}.
 * Immutable.
 */
public final class Sections {

	public static final Sections NONE = new Sections(Map.of());

	/** Comes last, since it signs all that precedes it. */
	public static final int SIGNATURE = MessageSigning.SECTION;

	private static final int MAX = 16;

	private final Map<Long, byte[]> byType;

	private Sections(Map<Long, byte[]> byType) {
		this.byType = byType;
	}

	/**
	 * These sections and another, which replaces one of its type.
	 * @param type from 1 to 127, never used again for anything else
	 * @param content writes what it contains
	 */
	public Sections with(long type, Consumer<WireWriter> content) {
		WireWriter writer = new WireWriter();
		content.accept(writer);
		Map<Long, byte[]> more = new TreeMap<>(this.byType);
		more.put(type, writer.toByteArray());
		return new Sections(more);
	}

	/**
	 * These sections but one.
	 * @param type what type is left out
	 */
	public Sections without(long type) {
		if (!this.byType.containsKey(type)) {
			return this;
		}
		Map<Long, byte[]> others = new TreeMap<>(this.byType);
		others.remove(type);
		return others.isEmpty() ? NONE : new Sections(others);
	}

	/**
	 * The content of a section.
	 * @return what reads it, empty if there is none of that type
	 */
	public Optional<WireReader> find(long type) {
		return Optional.ofNullable(this.byType.get(type)).map(WireReader::new);
	}

	/**
	 * Writes the sections, and with them the place of a signature.
	 * @param signatureBytes how long it is, possibly zero
	 */
	public void writeTo(WireWriter out, int signatureBytes) {
		out.writeNumber(this.byType.size() + ((signatureBytes > 0) ? 1 : 0));
		this.byType.forEach((type, content) -> {
			out.writeNumber(type);
			out.writeBytes(content);
		});
		if (signatureBytes > 0) {
			out.writeNumber(SIGNATURE);
			out.writeBytes(new byte[signatureBytes]);
		}
	}

	// In ascending order of types, so that none comes twice.
	public static Sections readFrom(WireReader in) throws MalformedMessageException {
		int count = in.readCount();
		if (count > MAX) {
			throw new MalformedMessageException("count");
		}
		Map<Long, byte[]> byType = new TreeMap<>();
		long last = 0;
		for (int left = count; left > 0; left--) {
			long type = in.readNumber();
			if (type <= last) {
				throw new MalformedMessageException("malformed");
			}
			if (type > SIGNATURE) {
				throw new MalformedMessageException("range");
			}
			byte[] content = in.readBytes();
			if (type < SIGNATURE) {
				byType.put(type, content);
			}
			last = type;
		}
		return byType.isEmpty() ? NONE : new Sections(byType);
	}

	@Override
	public boolean equals(Object other) {
		return other instanceof Sections sections && this.byType.keySet().equals(sections.byType.keySet())
				&& this.byType.entrySet()
					.stream()
					.allMatch((entry) -> Arrays.equals(entry.getValue(), sections.byType.get(entry.getKey())));
	}

	@Override
	public int hashCode() {
		return this.byType.keySet().hashCode();
	}

	@Override
	public String toString() {
		StringBuilder text = new StringBuilder("Sections");
		this.byType.forEach((type, content) -> text.append('[')
			.append(type)
			.append(": ")
			.append(HexFormat.of().formatHex(content))
			.append(']'));
		return text.toString();
	}

}
