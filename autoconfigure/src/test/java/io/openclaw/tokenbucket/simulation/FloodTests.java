package io.openclaw.tokenbucket.simulation;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

/**
 * Millions of invented keys, in processes whose heap has room for as many buckets as they
 * may hold and not for more. All ten million take a few minutes:
 * {@code -Dtest=FloodTests -Dopenclaw.flood.keys=10000000}.
 */
class FloodTests {

	private static final long KEYS = Long.getLong("openclaw.flood.keys", 200_000);

	private static final int ALONE = 100_000;

	private static final int EACH_OF_TWO = 40_000;

	@TempDir
	private Path directory;

	private Path printed;

	@BeforeEach
	void choose() {
		this.printed = this.directory.resolve("printed.txt");
	}

	@Test
	void aMemberAloneBearsIt() throws Exception {
		Map<String, Long> seen = flood("-Xmx160m", 1, ALONE);
		assertThat(seen.get("mostHeld")).isEqualTo(ALONE + 1);
		// Of its own, nobody knows but it.
		assertThat(seen.get("honestAdmitted")).isEqualTo(seen.get("honestByIdeal"));
		assertBorne(seen);
	}

	@Test
	void membersThatReplicateBearIt() throws Exception {
		Map<String, Long> seen = flood("-Xmx192m", 2, EACH_OF_TWO);
		assertThat(seen.get("mostHeld")).isEqualTo(EACH_OF_TWO + 1);
		// A request of each that the other does not know of.
		assertThat(seen.get("honestOverMicros")).isLessThanOrEqualTo(2_000_000);
		assertThat(seen.get("honestAdmitted").doubleValue() / seen.get("honestByIdeal")).isCloseTo(1, within(0.01));
		assertBorne(seen);
	}

	private static void assertBorne(Map<String, Long> seen) {
		assertThat(seen.get("overflowed")).isPositive();
		assertThat(seen.get("heldAfter")).isZero();
		assertThat(seen.get("secondsUntilEmpty")).isLessThanOrEqualTo(30);
		assertThat(seen.get("bytesPerBucket")).isLessThan(1_600);
		long grown = seen.get("memoryDuring") - seen.get("memoryBefore");
		assertThat(seen.get("memoryAfter") - seen.get("memoryBefore")).isLessThan(grown / 10);
	}

	private Map<String, Long> flood(String heap, int members, int maxKeys) throws IOException, InterruptedException {
		String java = System.getProperty("java.home") + File.separator + "bin" + File.separator + "java";
		Process process = new ProcessBuilder(java, heap, "-XX:+UseSerialGC", "-XX:+ExitOnOutOfMemoryError", "-cp",
				System.getProperty("java.class.path"), Flood.class.getName(), Integer.toString(members),
				Long.toString(KEYS), Integer.toString(maxKeys))
			.redirectErrorStream(true)
			.redirectOutput(this.printed.toFile())
			.start();
		boolean ended = process.waitFor(30, TimeUnit.MINUTES);
		process.destroyForcibly();
		String output = Files.readString(this.printed);
		System.out.printf("%d invented keys, %d members of %d keys in %s: %s%n", KEYS, members, maxKeys, heap,
				output.replace(System.lineSeparator(), " "));
		assertThat(ended).as(output).isTrue();
		assertThat(process.exitValue()).as(output).isZero();
		// A virtual machine may print lines of its own.
		return output.lines()
			.filter((line) -> line.matches("\\w+=-?\\d+"))
			.map((line) -> line.split("="))
			.collect(Collectors.toMap((parts) -> parts[0], (parts) -> Long.valueOf(parts[1])));
	}

}
