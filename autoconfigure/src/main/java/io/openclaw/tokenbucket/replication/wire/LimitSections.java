package io.openclaw.tokenbucket.replication.wire;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.IntStream;

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

	/** A fingerprint of each limit, in the order of the ages. */
	public static final long FINGERPRINTS = 1;

	/** Definitions of some limits. */
	public static final long DEFINITIONS = 2;

	/** The sync interval of the sender, in nanoseconds. */
	public static final long INTERVAL = 4;

	/**
	 * Which of the ages are of limits that the sender is not configured with, by their
	 * place.
	 */
	public static final long ADOPTED = 3;

	/**
	 * What the sender is configured with where that is not what it follows or was changed
	 * from, by the place of the age.
	 */
	public static final long CONFIGURATIONS = 5;

	private LimitSections() {
	}

	public static Sections interval(Sections sections, Duration interval) {
		return sections.with(INTERVAL, (out) -> out.writeNumber(interval.toNanos()));
	}

	/**
	 * The sync interval of the sender; zero if it does not tell.
	 */
	public static Duration interval(Message message) throws MalformedMessageException {
		Optional<WireReader> in = message.sections().find(INTERVAL);
		if (in.isEmpty()) {
			return Duration.ZERO;
		}
		Duration interval = Duration.ofNanos(in.get().readNumber());
		in.get().requireEnd();
		return interval;
	}

	public static Sections fingerprints(Sections sections, Collection<Long> fingerprints) {
		return sections.with(FINGERPRINTS, (out) -> {
			out.writeNumber(fingerprints.size());
			fingerprints.forEach(out::writeNumber);
		});
	}

	public static Sections adopted(Sections sections, Set<String> adopted, Collection<String> limits) {
		if (adopted.isEmpty()) {
			return sections;
		}
		List<String> names = List.copyOf(limits);
		int[] places = IntStream.range(0, names.size()).filter((i) -> adopted.contains(names.get(i))).toArray();
		return sections.with(ADOPTED, (out) -> {
			out.writeNumber(places.length);
			Arrays.stream(places).forEach(out::writeNumber);
		});
	}

	/**
	 * The limits that the sender is configured with.
	 */
	public static Set<String> configured(Message message) throws MalformedMessageException {
		Set<String> configured = new LinkedHashSet<>(message.ages().keySet());
		Optional<WireReader> in = message.sections().find(ADOPTED);
		if (in.isPresent()) {
			List<String> limits = List.copyOf(configured);
			for (int left = in.get().readCount(); left > 0; left--) {
				long place = in.get().readNumber();
				if (place >= limits.size()) {
					throw new MalformedMessageException("range");
				}
				configured.remove(limits.get((int) place));
			}
			in.get().requireEnd();
		}
		return configured;
	}

	/**
	 * Tells which configurations of the sender others cannot know from its fingerprints.
	 * @param deviating what stands for them, by the name of the limit
	 * @param limits the names of all limits, in the order of the ages
	 */
	public static Sections configurations(Sections sections, Map<String, Long> deviating, Collection<String> limits) {
		if (deviating.isEmpty()) {
			return sections;
		}
		List<String> names = List.copyOf(limits);
		int[] places = IntStream.range(0, names.size()).filter((i) -> deviating.containsKey(names.get(i))).toArray();
		return sections.with(CONFIGURATIONS, (out) -> {
			out.writeNumber(places.length);
			for (int place : places) {
				out.writeNumber(place);
				out.writeNumber(deviating.get(names.get(place)));
			}
		});
	}

	/**
	 * Configurations of the sender that differ from what it follows, by the name of the
	 * limit.
	 */
	public static Map<String, Long> configurations(Message message) throws MalformedMessageException {
		Map<String, Long> deviating = new LinkedHashMap<>();
		Optional<WireReader> in = message.sections().find(CONFIGURATIONS);
		if (in.isPresent()) {
			List<String> limits = List.copyOf(message.ages().keySet());
			for (int left = in.get().readCount(); left > 0; left--) {
				long place = in.get().readNumber();
				if (place >= limits.size()) {
					throw new MalformedMessageException("range");
				}
				deviating.put(limits.get((int) place), in.get().readBits());
			}
			in.get().requireEnd();
		}
		return deviating;
	}

	public static Sections definitions(Sections sections, Collection<LimitDefinition> definitions) {
		return definitions.isEmpty() ? sections : sections.with(DEFINITIONS, (out) -> {
			out.writeNumber(definitions.size());
			definitions.forEach((definition) -> write(definition, out));
		});
	}

	/**
	 * The fingerprints of the sender's limits by name; empty if it tells none.
	 */
	public static Map<String, Long> fingerprints(Message message) throws MalformedMessageException {
		Optional<WireReader> in = message.sections().find(FINGERPRINTS);
		Map<String, Long> fingerprints = new LinkedHashMap<>();
		if (in.isPresent()) {
			requireCount(in.get(), message.ages().size());
			for (String limit : message.ages().keySet()) {
				fingerprints.put(limit, in.get().readBits());
			}
			in.get().requireEnd();
		}
		return fingerprints;
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
			for (int left = in.get().readCount(); left > 0; left--) {
				read(in.get()).ifPresentOrElse(definitions::add, () -> onRejected.accept("definition"));
			}
			in.get().requireEnd();
		}
		return definitions;
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
	private static Optional<LimitDefinition> read(WireReader in) throws MalformedMessageException {
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
						basis))
				.filter(LimitDefinition::isInRange);
		}
		catch (IllegalArgumentException ex) {
			return Optional.empty();
		}
	}

	private static void requireCount(WireReader in, int count) throws MalformedMessageException {
		if (in.readCount() != count) {
			throw new MalformedMessageException("malformed");
		}
	}

}
