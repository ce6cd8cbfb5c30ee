package io.openclaw.tokenbucket.observability.endpoint;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.HexFormat;

import io.openclaw.tokenbucket.persistence.SnapshotFile;

/**
 * A snapshot as lines of text: the first names the format and its version. One line in
 * Base64 follows for each part. The last has the SHA-256 of all lines before, and the
 * number of parts. So a file without a last line, or with another one, is not whole.
 */
final class SnapshotText {

	private static final String FORMAT = "# openclaw-buckets 1";

	private final DigestOutputStream out;

	private int parts;

	private SnapshotText(OutputStream out) {
		this.out = new DigestOutputStream(out, sha256());
	}

	/**
	 * Writes a part at a time.
	 * @param file the parts
	 * @param out receives the lines, and stays open
	 * @throws IOException if {@code out} takes no more
	 */
	static void write(SnapshotFile file, OutputStream out) throws IOException {
		SnapshotText text = new SnapshotText(out);
		try {
			text.line(FORMAT);
			file.write(text::part);
			String digest = HexFormat.of().formatHex(text.out.getMessageDigest().digest());
			text.line("# sha256 " + digest + " " + text.parts);
		}
		catch (UncheckedIOException ex) {
			throw ex.getCause();
		}
	}

	private void part(byte[] part) {
		this.parts++;
		line(Base64.getEncoder().encodeToString(part));
	}

	private void line(String line) {
		try {
			this.out.write((line + "\n").getBytes(StandardCharsets.US_ASCII));
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	private static MessageDigest sha256() {
		try {
			return MessageDigest.getInstance("SHA-256");
		}
		catch (NoSuchAlgorithmException ex) {
			throw new IllegalStateException("every Java platform has SHA-256", ex);
		}
	}

}
