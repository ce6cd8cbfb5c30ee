package io.openclaw.sample.chaos;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

import org.jspecify.annotations.Nullable;

import io.openclaw.sample.chaos.experiment.Fault;
import io.openclaw.sample.chaos.fleet.Fleet;

/**
 * A gateway gets hardly any processor: it runs at the lowest priority, and two processes
 * for each processor that are always busy run at a higher one, though below the other
 * gateways. Linux only, where the priority belongs to each thread.
 */
final class Starvation implements Fault {

	private static final Path PROCESSES = Path.of("/proc");

	private final String member;

	private final List<Process> busy = new ArrayList<>();

	Starvation(String member) {
		this.member = member;
	}

	static @Nullable String obstacle() {
		return Files.isDirectory(PROCESSES.resolve("self/task")) ? null : "the threads of a process are not in /proc";
	}

	@Override
	public void tick(Fleet fleet, int second) {
		if (second == 0) {
			lowerPriority(fleet.gateway(this.member).handle().pid());
			for (int i = 0; i < 2 * Runtime.getRuntime().availableProcessors(); i++) {
				startBusyProcess();
			}
		}
	}

	@Override
	public void heal(Fleet fleet) {
		this.busy.forEach(Process::destroy);
		this.busy.clear();
	}

	private static void lowerPriority(long pid) {
		List<String> command = new ArrayList<>(List.of("renice", "-n", "19", "-p"));
		try (Stream<Path> threads = Files.list(PROCESSES.resolve(Long.toString(pid)).resolve("task"))) {
			threads.map((thread) -> thread.getFileName().toString()).forEach(command::add);
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
		Fleet.run(command.toArray(String[]::new));
	}

	// It ends by itself should this process be killed.
	private void startBusyProcess() {
		try {
			this.busy.add(new ProcessBuilder("timeout", "120", "nice", "-n", "10", "sh", "-c", "while :; do :; done")
				.start());
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

}
