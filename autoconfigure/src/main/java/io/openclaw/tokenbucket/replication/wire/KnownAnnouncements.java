package io.openclaw.tokenbucket.replication.wire;

import org.jspecify.annotations.Nullable;

import io.openclaw.tokenbucket.crdt.MemberId;

/**
 * The announcements of others that a reader knows.
 */
@FunctionalInterface
public interface KnownAnnouncements {

	/** A reader that knows only what it is told whole. */
	KnownAnnouncements NONE = (sender, digest) -> null;

	/**
	 * What a digest stands for.
	 * @param sender who announces it
	 * @return the announcement, {@code null} if it is not known
	 */
	@Nullable Announcement find(MemberId sender, long digest);

}
