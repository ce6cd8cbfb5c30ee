package io.openclaw.sample.process;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

import org.springframework.util.FileSystemUtils;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The packaged gateway, unpacked, beside an archive of the classes that it loads: it
 * starts with half the work. Made once for each packaged jar, by whoever comes first.
 */
final class QuickStart {

	private static final Path DIRECTORY = Path.of("target/quick-start");

	private static final Path LOCK = Path.of("target/quick-start.lock");

	private static final Path MADE_OF = DIRECTORY.resolve("made-of.txt");

	private static final Path ARCHIVE = DIRECTORY.resolve("classes.jsa");

	// Enough to refresh the application: it connects to nothing.
	private static final List<String> NO_REDIS = List.of("--spring.data.redis.host=127.0.0.1",
			"--spring.data.redis.port=1", "--server.port=0");

	private QuickStart() {
	}

	/**
	 * How to start the gateway.
	 * @param java the virtual machine
	 * @param options those that every gateway is started with
	 * @param jar the packaged gateway
	 * @return arguments for the virtual machine, the last of which names what to run
	 */
	static synchronized List<String> of(String java, List<String> options, Path jar) {
		Path unpacked = DIRECTORY.resolve(jar.getFileName());
		// Other classes may be tested in a virtual machine beside this one.
		try (FileChannel lock = FileChannel.open(LOCK, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
			lock.lock();
			String jarNow = Files.size(jar) + " bytes of " + Files.getLastModifiedTime(jar);
			if (!Files.exists(MADE_OF) || !Files.readString(MADE_OF).equals(jarNow)) {
				FileSystemUtils.deleteRecursively(DIRECTORY);
				unpack(java, jar, DIRECTORY);
				archive(java, options, unpacked);
				Files.writeString(MADE_OF, jarNow);
			}
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
		return List.of("-XX:SharedArchiveFile=" + ARCHIVE, "-jar", unpacked.toString());
	}

	/**
	 * Unpacks a packaged application, which then loads its classes with less work.
	 * @param java the virtual machine
	 * @param jar the packaged application
	 * @param directory where to
	 */
	static void unpack(String java, Path jar, Path directory) throws IOException {
		run(List.of(java, "-XX:TieredStopAtLevel=1", "-Djarmode=tools", "-jar", jar.toString(), "extract",
				"--destination", directory.toString()));
	}

	private static void archive(String java, List<String> options, Path unpacked) throws IOException {
		List<String> command = new ArrayList<>(List.of(java, "-XX:ArchiveClassesAtExit=" + ARCHIVE));
		command.addAll(options);
		command.addAll(List.of("-Dspring.context.exit=onRefresh", "-jar", unpacked.toString()));
		command.addAll(NO_REDIS);
		run(command);
	}

	private static void run(List<String> command) throws IOException {
		Path output = Files.createTempFile(Path.of("target"), "quick-start", ".log");
		Process process = new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(output.toFile()).start();
		try {
			assertThat(process.waitFor(5, TimeUnit.MINUTES)).as(() -> String.join(" ", command)).isTrue();
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			throw new IllegalStateException(ex);
		}
		assertThat(process.exitValue()).as("%s, see %s", command, output).isZero();
	}

}
