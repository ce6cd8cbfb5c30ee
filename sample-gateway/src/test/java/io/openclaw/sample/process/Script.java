package io.openclaw.sample.process;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A command of the operating system that has ended.
 *
 * @param status its exit status
 * @param output what it printed, errors included
 */
public record Script(int status, String output) {

	/**
	 * Runs a command, and waits for two minutes at most until it has ended.
	 * @param directory where it runs
	 * @param environment variables of its environment, besides those of this process
	 * @param command the command and its arguments
	 * @return what became of it
	 */
	public static Script run(Path directory, Map<String, String> environment, List<String> command) {
		try {
			Path output = Files.createTempFile(directory, "output", ".txt");
			ProcessBuilder builder = new ProcessBuilder(command).directory(directory.toFile())
				.redirectErrorStream(true)
				.redirectOutput(output.toFile());
			builder.environment().put("no_proxy", "127.0.0.1");
			builder.environment().putAll(environment);
			Process process = builder.start();
			assertThat(process.waitFor(2, TimeUnit.MINUTES)).as("%s has ended", command).isTrue();
			return new Script(process.exitValue(), Files.readString(output));
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			throw new IllegalStateException(ex);
		}
	}

}
