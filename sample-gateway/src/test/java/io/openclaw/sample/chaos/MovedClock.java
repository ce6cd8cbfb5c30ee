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

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The time of day of one gateway jumps ahead while it runs, by way of libfaketime. As on
 * a real machine, the monotonic clock knows nothing of it.
 */
final class MovedClock implements Fault {

	private static final Path OFFSET = Path.of("target/chaos/clock.txt").toAbsolutePath();

	private final String member;

	private final Duration offset;

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
		return Map.of("LD_PRELOAD", library.toString(), "FAKETIME_TIMESTAMP_FILE", OFFSET.toString(),
				"FAKETIME_CACHE_DURATION", "1", "FAKETIME_DONT_FAKE_MONOTONIC", "1", "DONT_FAKE_MONOTONIC", "1");
	}

	@Override
	public void tick(Fleet fleet, int second) {
		if (second == 0) {
			move(this.offset);
		}
		else if (second == 3) {
			assertThat(ahead(fleet)).as("how far the clock of %s is ahead", this.member)
				.isCloseTo(this.offset, Duration.ofMinutes(1));
		}
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

	/** The bucket of a caller who has just been served gains its next token at once. */
	private Duration ahead(Fleet fleet) {
		fleet.request(this.member, "/rate", "X-API-Key", "clock").join();
		String state = fleet.request(this.member, "/bucket/state", "X-API-Key", "clock").join().body();
		String next = JsonMapper.shared().readTree(state).required("next_refill_at").asString();
		return Duration.between(Instant.now(), Instant.parse(next));
	}

}
