package io.openclaw.tokenbucket.observability.metrics;

import io.micrometer.core.instrument.Tags;
import org.jspecify.annotations.Nullable;

import io.openclaw.tokenbucket.crdt.MemberId;

/**
 * The tags of every meter whose name starts with {@code openclaw}: which node measured,
 * and where it runs. Immutable.
 */
public final class NodeTags {

	private static final String NO_REGION = "none";

	private final Tags tags;

	/**
	 * Creates the tags.
	 * @param self this member; its incarnation is left out, so that series outlive a
	 * restart
	 * @param region where it runs; {@code null} shows as {@code none}
	 */
	public NodeTags(MemberId self, @Nullable String region) {
		this.tags = Tags.of("node", self.node(), "region", (region != null) ? region : NO_REGION);
	}

	Tags and(String key, String value) {
		return this.tags.and(key, value);
	}

	Tags only() {
		return this.tags;
	}

}
