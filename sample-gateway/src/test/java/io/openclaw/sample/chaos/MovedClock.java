package io.openclaw.sample.chaos;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.stream.Stream;

import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;

import io.openclaw.sample.chaos.experiment.Fault;
import io.openclaw.sample.chaos.fleet.Fleet;

/**
 * The time of day of one gateway jumps ahead while it runs, by way of libfaketime. As on
 * a real machine, the monotonic clock knows nothing of it.
 */
final class MovedClock implements Fault {

	// libfaketime reads the file again after a second.
	private static final int FIRST_LOOK = 3;

	private static final Path OFFSET = Path.of("target/chaos/clock.txt").toAbsolutePath();

	private final String member;

	private final Duration offset;

	private volatile Duration ahead = Duration.ZERO;

	MovedClock(String member, Duration offset) {
		this.member = member;
		this.offset = offset;
	}

	static @Nullable String obstacle() {
		return (library() != null) ? null : "libfaketime is not installed (Debian's package faketime)";
	}

	private static @Nullable Path library() {
		return Stream.of("x86_64-linux-gnu", "aarch64-linux-gnu")
			.map((architecture) -> Path.of("/usr/lib", architecture, "faketime/libfaketimeMT.so.1"))
			.filter(Files::exists)
			.findFirst()
			.orElse(null);
	}

	Map<String, String> environment(String member) {
		Path library = library();
		if (library == null || !member.equals(this.member)) {
			return Map.of();
		}
		move(Duration.ZERO);
		// The last mends what an old glibc gets wrong; with a new one it makes every
		// timed
		// wait of a JVM end at once.
		return Map.of("LD_PRELOAD", library.toString(), "FAKETIME_TIMESTAMP_FILE", OFFSET.toString(),
				"FAKETIME_CACHE_DURATION", "1", "FAKETIME_DONT_FAKE_MONOTONIC", "1", "FAKETIME_FORCE_MONOTONIC_FIX",
				"0");
	}

	@Override
	public void tick(Fleet fleet, int second) {
		if (second == 0) {
			move(this.offset);
		}
		else if (second >= FIRST_LOOK && this.ahead.compareTo(this.offset.dividedBy(2)) < 0) {
			look(fleet);
		}
	}

	/**
	 * How far the clock was ahead while it was to be.
	 * @return zero if that was never seen
	 */
	Duration ahead() {
		return this.ahead;
	}

	@Override
	public void heal(Fleet fleet) {
		move(Duration.ZERO);
	}

	private static void move(Duration offset) {
		try {
			Files.createDirectories(OFFSET.getParent());
			Files.writeString(OFFSET, "+" + offset.toSeconds() + "\n");
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	// A caller who has just been served is told by the clock of the gateway when the next
	// token comes, within the ten seconds that this takes.
	private void look(Fleet fleet) {
		fleet.request(this.member, "/rate", "X-API-Key", "clock")
			.thenCompose((served) -> fleet.request(this.member, "/bucket/state", "X-API-Key", "clock"))
			.thenAccept((state) -> {
				String next = JsonMapper.shared().readTree(state.body()).required("next_refill_at").asString();
				this.ahead = Duration.between(Instant.now(), Instant.parse(next));
			})
			.exceptionally((failure) -> {
				System.out.println("  the clock of " + this.member + " was not seen: " + failure);
				return null;
			});
	}

}
