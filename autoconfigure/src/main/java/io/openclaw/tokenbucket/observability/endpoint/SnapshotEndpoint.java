package io.openclaw.tokenbucket.observability.endpoint;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;

import org.jspecify.annotations.Nullable;

import org.springframework.boot.actuate.endpoint.Access;
import org.springframework.boot.actuate.endpoint.SecurityContext;
import org.springframework.boot.actuate.endpoint.annotation.ReadOperation;
import org.springframework.boot.actuate.endpoint.annotation.WriteOperation;
import org.springframework.boot.actuate.endpoint.web.WebEndpointResponse;
import org.springframework.boot.actuate.endpoint.web.annotation.WebEndpoint;
import org.springframework.context.ApplicationEventPublisher;
import org.springframework.core.io.Resource;

import io.openclaw.tokenbucket.persistence.SnapshotFile;
import io.openclaw.tokenbucket.persistence.SnapshotRejectedException;

/**
 * {@link WebEndpoint @WebEndpoint} to download everything that this member holds, as
 * lines of text, and to merge such lines again, one a request. There are no writes
 * without {@code management.endpoint.tokenbucketsnapshot.access=unrestricted}.
 */
@WebEndpoint(id = "tokenbucketsnapshot", defaultAccess = Access.READ_ONLY)
public class SnapshotEndpoint {

	private final SnapshotFile file;

	private final WriteAudit audit;

	/**
	 * Creates the endpoint.
	 * @param file writes and merges parts
	 * @param events is told who merged what
	 */
	public SnapshotEndpoint(SnapshotFile file, ApplicationEventPublisher events) {
		this.file = file;
		this.audit = new WriteAudit(events);
	}

	/**
	 * Everything, a part a line, between a line with the version of the format and one
	 * with a checksum: both begin with {@code #}.
	 * @return the file, which is deleted once it is read
	 */
	@ReadOperation(produces = "text/plain;charset=UTF-8")
	public Resource download() {
		try {
			Path path = Files.createTempFile("tokenbuckets", ".snapshot");
			try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(path))) {
				SnapshotText.write(this.file, out);
			}
			return new TemporaryResource(path);
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	/**
	 * Merges a part and tells all members of it. Nothing that was spent is forgotten, and
	 * a part that was merged before changes nothing.
	 * @param context who writes
	 * @param part a line of a downloaded file
	 * @return what became of its buckets; HTTP 400 with a problem if it cannot have been
	 * written by this fleet
	 */
	@WriteOperation
	public WebEndpointResponse<?> merge(SecurityContext context, @Nullable String part) {
		try {
			byte[] bytes = Base64.getDecoder().decode((part != null) ? part.strip() : "");
			SnapshotFile.Merged merged = this.file.merge(bytes);
			this.audit.merged(context, merged);
			return new WebEndpointResponse<>(merged);
		}
		catch (SnapshotRejectedException ex) {
			return rejected(ex.getReason());
		}
		catch (IllegalArgumentException ex) {
			return rejected("malformed");
		}
	}

	private static WebEndpointResponse<?> rejected(String reason) {
		RejectedFieldException problem = new RejectedFieldException("part", null,
				"it is not a line of a file that this fleet wrote: " + reason);
		return new WebEndpointResponse<>(problem.view(), WebEndpointResponse.STATUS_BAD_REQUEST,
				TokenBucketsWebExtension.PROBLEM);
	}

}
