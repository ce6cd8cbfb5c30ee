package io.openclaw.tokenbucket.benchmark;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintWriter;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A virtual machine of its own.
 */
public final class JavaProcess implements AutoCloseable {

	/** Options of a small gateway: its collector does not depend on the machine. */
	public static final List<String> SMALL = List.of("-Xmx512m", "-XX:+UseSerialGC");

	private final Process process;

	private final BufferedReader output;

	private final PrintWriter input;

	private JavaProcess(Process process) {
		this.process = process;
		this.output = process.inputReader();
		this.input = new PrintWriter(process.outputWriter(), true);
	}

	/**
	 * Starts an application, and does not wait for it.
	 * @param options of the virtual machine
	 * @param classPath where its classes are
	 * @param main its main class
	 * @param arguments its arguments
	 * @throws IOException if there is no such virtual machine
	 */
	public static JavaProcess start(List<String> options, String classPath, Class<?> main, List<String> arguments)
			throws IOException {
		List<String> command = new ArrayList<>();
		command.add(ProcessHandle.current().info().command().orElse("java"));
		command.addAll(options);
		command.addAll(List.of("-cp", classPath, main.getName()));
		command.addAll(arguments);
		return new JavaProcess(new ProcessBuilder(command).redirectError(Redirect.DISCARD).start());
	}

	/**
	 * Waits until it prints a line.
	 * @param pattern a part of the line
	 * @return what matched
	 * @throws IOException if its output cannot be read
	 */
	public Matcher await(Pattern pattern) throws IOException {
		StringBuilder printed = new StringBuilder();
		for (String line = this.output.readLine(); line != null; line = this.output.readLine()) {
			printed.append(line).append('\n');
			Matcher matcher = pattern.matcher(line);
			if (matcher.find()) {
				return matcher;
			}
		}
		throw new IllegalStateException("It ended without " + pattern + ": " + printed);
	}

	/**
	 * Says a line to it.
	 */
	public void say(String line) {
		this.input.println(line);
	}

	/**
	 * The processor time that it has taken so far.
	 */
	public Duration cpu() {
		return this.process.info().totalCpuDuration().orElseThrow();
	}

	/**
	 * The processor time that its threads have taken so far, by the first characters of
	 * their names, as Linux has them.
	 * @return empty on other systems
	 * @throws IOException if it has ended
	 */
	public Map<String, Duration> cpuByThread() throws IOException {
		Path tasks = Path.of("/proc", Long.toString(this.process.pid()), "task");
		Map<String, Duration> taken = new TreeMap<>();
		if (Files.exists(tasks)) {
			try (DirectoryStream<Path> threads = Files.newDirectoryStream(tasks)) {
				for (Path thread : threads) {
					String name = Files.readString(thread.resolve("comm")).strip().replaceFirst("[-#0-9]+$", "");
					String nanos = Files.readString(thread.resolve("schedstat")).split(" ")[0];
					taken.merge(name, Duration.ofNanos(Long.parseLong(nanos)), Duration::plus);
				}
			}
		}
		return taken;
	}

	/**
	 * Ends it in the midst of whatever it does.
	 */
	public void kill() {
		this.process.destroyForcibly().onExit().join();
	}

	/**
	 * Ends it, and waits until it has ended.
	 */
	@Override
	public void close() {
		this.process.destroy();
		this.process.onExit().join();
	}

}
