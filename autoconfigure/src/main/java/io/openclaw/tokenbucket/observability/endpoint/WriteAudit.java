package io.openclaw.tokenbucket.observability.endpoint;

import java.security.Principal;
import java.util.LinkedHashMap;
import java.util.Map;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;

import org.springframework.boot.actuate.audit.AuditEvent;
import org.springframework.boot.actuate.audit.listener.AuditApplicationEvent;
import org.springframework.boot.actuate.endpoint.SecurityContext;
import org.springframework.context.ApplicationEventPublisher;

import io.openclaw.tokenbucket.observability.VisibleText;
import io.openclaw.tokenbucket.persistence.SnapshotFile;

/**
 * Tells who changed what through the endpoint: as an {@link AuditEvent}, and in the log.
 * Thread-safe.
 */
final class WriteAudit {

	static final String LIMIT_CHANGED = "TOKEN_BUCKET_LIMIT_CHANGED";

	static final String SNAPSHOT_MERGED = "TOKEN_BUCKET_SNAPSHOT_MERGED";

	static final String TOKENS_GIVEN_BACK = "TOKEN_BUCKET_TOKENS_GIVEN_BACK";

	private static final Log logger = LogFactory.getLog(WriteAudit.class);

	private final ApplicationEventPublisher events;

	WriteAudit(ApplicationEventPublisher events) {
		this.events = events;
	}

	void changed(SecurityContext context, LimitChangeView view) {
		Map<String, Object> data = new LinkedHashMap<>();
		data.put("limit", view.limit());
		view.changed().forEach((name, change) -> data.put(name, change.from() + " -> " + change.to()));
		publish(context, LIMIT_CHANGED, data);
	}

	void gaveBack(SecurityContext context, GrantView view) {
		Map<String, Object> data = new LinkedHashMap<>();
		data.put("limit", view.limit());
		data.put("key", view.key());
		data.put("asked", view.asked());
		data.put("given", view.given());
		publish(context, TOKENS_GIVEN_BACK, data);
	}

	void merged(SecurityContext context, SnapshotFile.Merged merged) {
		Map<String, Object> data = new LinkedHashMap<>();
		data.put("merged", merged.merged());
		data.put("unknown", merged.unknown());
		data.put("rejected", merged.rejected());
		publish(context, SNAPSHOT_MERGED, data);
	}

	private void publish(SecurityContext context, String type, Map<String, Object> data) {
		Principal login = context.getPrincipal();
		String principal = (login != null) ? login.getName() : "anonymous";
		logger.info("%s through the endpoint %s: %s".formatted(type,
				(login != null) ? "by '%s'".formatted(VisibleText.of(principal)) : "without a login", data));
		this.events.publishEvent(new AuditApplicationEvent(new AuditEvent(principal, type, data)));
	}

}
