package io.openclaw.tokenbucket.replication.wire;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Consumer;

import io.openclaw.tokenbucket.crdt.Limit;
import io.openclaw.tokenbucket.crdt.RefillRate;
import io.openclaw.tokenbucket.limiter.limit.Consistency;
import io.openclaw.tokenbucket.limiter.limit.LimitDefinition;
import io.openclaw.tokenbucket.limiter.limit.Mode;
import io.openclaw.tokenbucket.replication.port.MalformedMessageException;

/**
 * The sections of messages that speak of limits. Stateless and thread-safe.
 */
public final class LimitSections {

	/** Definitions of some limits. */
	public static final long DEFINITIONS = 1;

	/** Keys that were put under some of these limits, or taken from them. */
	public static final long KEYS = 3;

	private LimitSections() {
	}

	public static Sections definitions(Sections sections, Collection<LimitDefinition> definitions) {
		if (definitions.isEmpty()) {
			return sections;
		}
		Sections defined = sections.with(DEFINITIONS, (out) -> {
			out.writeNumber(definitions.size());
			definitions.forEach((definition) -> write(definition, out));
		});
		List<LimitDefinition> changed = definitions.stream()
			.filter((definition) -> !definition.keys().isEmpty())
			.toList();
		return changed.isEmpty() ? defined : defined.with(KEYS, (out) -> {
			out.writeNumber(changed.size());
			changed.forEach((definition) -> writeKeys(definition, out));
		});
	}

	/**
	 * The definitions that a message brings.
	 * @param onRejected is told the reason for each that is refused
	 */
	public static List<LimitDefinition> definitions(Message message, Consumer<String> onRejected)
			throws MalformedMessageException {
		List<LimitDefinition> definitions = new ArrayList<>();
		Optional<WireReader> in = message.sections().find(DEFINITIONS);
		if (in.isPresent()) {
			Map<String, Map<String, Boolean>> keys = keys(message);
			for (int left = in.get().readCount(); left > 0; left--) {
				read(in.get(), keys).ifPresentOrElse(definitions::add, () -> onRejected.accept("definition"));
			}
			in.get().requireEnd();
		}
		return definitions;
	}

	private static Map<String, Map<String, Boolean>> keys(Message message) throws MalformedMessageException {
		Map<String, Map<String, Boolean>> keys = new HashMap<>();
		Optional<WireReader> in = message.sections().find(KEYS);
		if (in.isPresent()) {
			for (int left = in.get().readCount(); left > 0; left--) {
				Map<String, Boolean> ofLimit = new HashMap<>();
				keys.put(in.get().readText(), ofLimit);
				for (int more = in.get().readCount(); more > 0; more--) {
					ofLimit.put(in.get().readText(), in.get().readFlag());
				}
			}
			in.get().requireEnd();
		}
		return keys;
	}

	private static void writeKeys(LimitDefinition definition, WireWriter out) {
		out.writeText(definition.limit().name());
		out.writeNumber(definition.keys().size());
		new TreeMap<>(definition.keys()).forEach((key, added) -> {
			out.writeText(key);
			out.writeByte(added ? 1 : 0);
		});
	}

	private static void write(LimitDefinition definition, WireWriter out) {
		Limit limit = definition.limit();
		out.writeText(limit.name());
		out.writeNumber(limit.revision());
		out.writeNumber(definition.edit());
		out.writeNumber(limit.capacity());
		out.writeNumber(limit.initial());
		out.writeNumber(limit.refillRate().microTokens());
		out.writeNumber(limit.refillRate().periodNanos());
		out.writeByte(definition.consistency().ordinal());
		out.writeByte(definition.mode().ordinal());
		out.writeNumber(definition.basis());
	}

	// What can be read but not be is skipped: the rest of the message may be right.
	private static Optional<LimitDefinition> read(WireReader in, Map<String, Map<String, Boolean>> keys)
			throws MalformedMessageException {
		String name = in.readText();
		long[] numbers = new long[6];
		for (int i = 0; i < numbers.length; i++) {
			numbers[i] = in.readBits();
		}
		int consistency = in.readByte();
		int mode = in.readByte();
		long basis = in.readBits();
		if (consistency >= Consistency.values().length || mode >= Mode.values().length) {
			return Optional.empty();
		}
		try {
			Limit limit = new Limit(name, numbers[2], new RefillRate(numbers[4], numbers[5]), numbers[3], numbers[0]);
			return Optional
				.of(new LimitDefinition(limit, numbers[1], Consistency.values()[consistency], Mode.values()[mode],
						basis, keys.getOrDefault(name, Map.of())))
				.filter(LimitDefinition::isInRange);
		}
		catch (IllegalArgumentException ex) {
			return Optional.empty();
		}
	}

}
