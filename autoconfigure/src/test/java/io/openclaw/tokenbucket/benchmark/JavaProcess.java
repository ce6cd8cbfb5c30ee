package io.openclaw.tokenbucket.benchmark;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintWriter;
import java.lang.ProcessBuilder.Redirect;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
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
