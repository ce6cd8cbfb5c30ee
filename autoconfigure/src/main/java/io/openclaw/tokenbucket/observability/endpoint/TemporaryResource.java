package io.openclaw.tokenbucket.observability.endpoint;

import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.Channels;
import java.nio.channels.ReadableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

import org.springframework.core.io.FileSystemResource;

/**
 * A file that is deleted once it was read.
 */
final class TemporaryResource extends FileSystemResource {

	TemporaryResource(Path path) {
		super(path);
	}

	// Else the file would be handed over to the operating system, and nobody would tell
	// when it was read.
	@Override
	public boolean isFile() {
		return false;
	}

	@Override
	public ReadableByteChannel readableChannel() throws IOException {
		return Channels.newChannel(getInputStream());
	}

	@Override
	public InputStream getInputStream() throws IOException {
		return Files.newInputStream(getFile().toPath(), StandardOpenOption.DELETE_ON_CLOSE);
	}

}
