package io.openclaw.tokenbucket.observability.audit;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;

import org.jspecify.annotations.Nullable;

/**
 * A file that is put aside when it is large enough: {@code audit.jsonl} becomes
 * {@code audit.jsonl.1}, and that {@code audit.jsonl.2}, until there are too many. Goes
 * on with what is there. Not thread-safe.
 */
final class RotatingFile implements AutoCloseable {

	private final Path path;

	private final long maxBytes;

	private final int maxFiles;

	private @Nullable OutputStream stream;

	private long bytes;

	/**
	 * Creates a file, which is opened by the first write.
	 * @param path the current file
	 * @param maxBytes at which it is put aside, positive
	 * @param maxFiles how many are kept, the current one included, at least one
	 */
	RotatingFile(Path path, long maxBytes, int maxFiles) {
		this.path = path;
		this.maxBytes = maxBytes;
		this.maxFiles = maxFiles;
	}

	/**
	 * Appends a line.
	 * @param line with its end
	 * @throws IOException if it cannot be written
	 */
	void write(byte[] line) throws IOException {
		OutputStream open = (this.stream != null) ? this.stream : open();
		if (this.bytes > 0 && this.bytes + line.length > this.maxBytes) {
			rotate();
			open = open();
		}
		open.write(line);
		this.bytes += line.length;
	}

	/**
	 * Hands what was written to the operating system.
	 * @throws IOException if that fails
	 */
	void flush() throws IOException {
		if (this.stream != null) {
			this.stream.flush();
		}
	}

	@Override
	public void close() throws IOException {
		if (this.stream != null) {
			this.stream.close();
			this.stream = null;
		}
	}

	private OutputStream open() throws IOException {
		Path parent = this.path.toAbsolutePath().getParent();
		if (parent != null) {
			Files.createDirectories(parent);
		}
		this.bytes = Files.exists(this.path) ? Files.size(this.path) : 0;
		OutputStream opened = new BufferedOutputStream(
				Files.newOutputStream(this.path, StandardOpenOption.CREATE, StandardOpenOption.APPEND));
		this.stream = opened;
		return opened;
	}

	private void rotate() throws IOException {
		close();
		for (int number = this.maxFiles - 1; number > 0; number--) {
			Path newer = (number == 1) ? this.path : numbered(number - 1);
			if (Files.exists(newer)) {
				Files.move(newer, numbered(number), StandardCopyOption.REPLACE_EXISTING);
			}
		}
		Files.deleteIfExists(this.path);
	}

	private Path numbered(int number) {
		return this.path.resolveSibling(this.path.getFileName() + "." + number);
	}

}
