package io.openclaw.tokenbucket.autoconfigure;

import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

import org.jspecify.annotations.Nullable;

import org.springframework.util.unit.DataSize;

import io.openclaw.tokenbucket.autoconfigure.OpenClawProperties.Console;
import io.openclaw.tokenbucket.autoconfigure.OpenClawProperties.LinesFile;
import io.openclaw.tokenbucket.autoconfigure.OpenClawProperties.RejectionLog;
import io.openclaw.tokenbucket.autoconfigure.diagnostics.OpenClawConfigurationException;

/**
 * Refuses properties of files, log and console that cannot be meant so.
 */
final class ObservabilityChecks {

	private static final int MAX_LINES_PER_MINUTE = 1_000_000;

	private static final DataSize MIN_FILE_SIZE = DataSize.ofKilobytes(1);

	private static final DataSize MAX_FILE_SIZE = DataSize.ofGigabytes(100);

	private static final int MAX_FILES = 1_000;

	// Each line takes some hundred bytes of the heap.
	private static final int MAX_QUEUE_CAPACITY = 10_000_000;

	private ObservabilityChecks() {
	}

	/**
	 * Checks all of them.
	 * @throws OpenClawConfigurationException with property and mend
	 */
	static void check(OpenClawProperties properties) {
		checkRejectionLog(properties.rejectionLog());
		checkFile("openclaw.audit", properties.audit());
		checkFile("openclaw.recording", properties.recording());
		Path audit = properties.audit().file();
		if (audit != null && audit.equals(properties.recording().file())) {
			throw new OpenClawConfigurationException("openclaw.recording.file", audit,
					"openclaw.audit.file names the same file", "Give each a file of its own.");
		}
		checkConsole(properties.console());
	}

	private static void checkRejectionLog(RejectionLog log) {
		Checks.between("openclaw.rejection-log.lines-per-minute", log.linesPerMinute(), 0, MAX_LINES_PER_MINUTE);
		Checks.between("openclaw.rejection-log.probability", log.probability(), 0.0, 1.0);
	}

	private static void checkFile(String prefix, LinesFile settings) {
		Checks.between(prefix + ".max-file-size", settings.maxFileSize(), MIN_FILE_SIZE, MAX_FILE_SIZE);
		Checks.between(prefix + ".max-files", settings.maxFiles(), 1, MAX_FILES);
		Checks.between(prefix + ".queue-capacity", settings.queueCapacity(), 1, MAX_QUEUE_CAPACITY);
		Path file = settings.file();
		if (file != null) {
			checkIsWritable(prefix + ".file", file);
		}
	}

	private static void checkIsWritable(String property, Path file) {
		if (Files.isDirectory(file)) {
			throw new OpenClawConfigurationException(property, file, "it is a directory",
					"Name a file, which is created, such as %s.".formatted(file.resolve("lines.jsonl")));
		}
		Path existing = firstExisting(file.toAbsolutePath());
		if (existing != null && (!Files.isWritable(existing)
				|| !existing.equals(file.toAbsolutePath()) && !Files.isDirectory(existing))) {
			throw new OpenClawConfigurationException(property, file,
					"the process may not write %s, or it is no directory".formatted(existing),
					"Name a file in a directory that the user of this process may write.");
		}
	}

	private static @Nullable Path firstExisting(@Nullable Path path) {
		Path existing = path;
		while (existing != null && !Files.exists(existing)) {
			existing = existing.getParent();
		}
		return existing;
	}

	private static void checkConsole(Console console) {
		List<URI> gateways = console.gateways();
		for (int i = 0; i < gateways.size(); i++) {
			URI page = gateways.get(i);
			if (page.getHost() == null || !List.of("http", "https").contains(page.getScheme())) {
				throw new OpenClawConfigurationException("openclaw.console.gateways[%d]".formatted(i), page,
						"it is not the address of a page",
						"Write it as a browser reaches it, such as https://eu.example.com/actuator/console.");
			}
		}
		String extension = console.extension();
		if (extension != null && (!extension.startsWith("/") || extension.startsWith("//"))) {
			throw new OpenClawConfigurationException("openclaw.console.extension", extension,
					"it is no path on the server of the page", "Begin it with one slash, such as /console/extra.js.");
		}
	}

}
