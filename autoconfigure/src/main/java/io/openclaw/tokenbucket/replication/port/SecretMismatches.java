package io.openclaw.tokenbucket.replication.port;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

import io.openclaw.tokenbucket.limiter.NanoClock;
import io.openclaw.tokenbucket.replication.port.SecretMismatch.Reason;

/**
 * Remembers for a few seconds the senders whose messages do not count, since they have no
 * common secret. Everybody who can publish can invent senders. So only a few are
 * remembered, and only their names. Thread-safe.
 */
final class SecretMismatches {

	static final int MOST_SENDERS = 16;

	static final Duration REMEMBERED = Duration.ofSeconds(10);

	private static final Duration TIME_TO_BE_ANSWERED = Duration.ofSeconds(2);

	// What was saved is from no gateway that there is now.
	private static final String SAVED = "#";

	private static final String UNNAMED = "(unnamed)";

	private static final Pattern NODE = Pattern.compile("[A-Za-z0-9._-]{1,64}");

	private final NanoClock clock;

	private final Map<SecretMismatch, Sightings> seen = new LinkedHashMap<>();

	SecretMismatches(NanoClock clock) {
		this.clock = clock;
	}

	/**
	 * A message does not count.
	 * @param node whom it claims to be from, or anything
	 */
	synchronized void add(String node, Reason reason) {
		if (node.equals(SAVED)) {
			return;
		}
		long now = this.clock.nanoTime();
		forget(now);
		SecretMismatch mismatch = new SecretMismatch(NODE.matcher(node).matches() ? node : UNNAMED, reason);
		Sightings before = this.seen.get(mismatch);
		if (before != null || this.seen.size() < MOST_SENDERS) {
			this.seen.put(mismatch, new Sightings((before != null) ? before.firstAt() : now, now));
		}
	}

	/**
	 * What does not count at present. Whoever signs may still read what is not signed,
	 * and has some time to say so.
	 */
	synchronized List<SecretMismatch> current() {
		long now = this.clock.nanoTime();
		forget(now);
		return this.seen.entrySet()
			.stream()
			.filter((entry) -> entry.getKey().reason() != Reason.NO_SECRET_HERE
					|| now - entry.getValue().firstAt() >= TIME_TO_BE_ANSWERED.toNanos())
			.map(Map.Entry::getKey)
			.toList();
	}

	private void forget(long now) {
		this.seen.values().removeIf((sightings) -> now - sightings.lastAt() > REMEMBERED.toNanos());
	}

	private record Sightings(long firstAt, long lastAt) {
	}

}
