package io.openclaw.tokenbucket.replication;

import java.util.Collection;
import java.util.List;
import java.util.Map;

import org.jspecify.annotations.Nullable;

import io.openclaw.tokenbucket.crdt.MemberId;
import io.openclaw.tokenbucket.limiter.BucketKey;
import io.openclaw.tokenbucket.limiter.BucketUpdate;
import io.openclaw.tokenbucket.limiter.LimitDefinition;
import io.openclaw.tokenbucket.replication.Message.Batch;

/**
 * The format of what is saved: a message, as members exchange them, that nobody sent. So
 * its version is checked, its signature verified and its content validated as that of any
 * other. Stateless and thread-safe.
 */
final class SnapshotCodec {

	/** The entry that holds limits and their ages. No limit has this name. */
	static final String LIMITS = "#limits";

	// No node can be configured to have this name.
	private static final MemberId NOBODY = new MemberId("#", 0);

	private final MessageSigning signing;

	SnapshotCodec(MessageSigning signing) {
		this.signing = signing;
	}

	/**
	 * The name of the entry of a bucket. The length of the limit's name makes it unique,
	 * whatever that name and the key contain.
	 */
	static String name(BucketKey key) {
		String limit = key.limit().length() + ":" + key.limit();
		return key.overflow() ? limit : limit + ':' + key.key();
	}

	/**
	 * Writes limits.
	 * @param definitions what they are
	 * @param ages for how long they have been that, in nanoseconds by name
	 */
	byte[] encode(Collection<LimitDefinition> definitions, Map<String, Long> ages) {
		return encode(ages, null, LimitSections.definitions(Sections.NONE, definitions));
	}

	/**
	 * Writes buckets.
	 */
	byte[] encode(List<BucketUpdate> buckets) {
		Batch batch = new Batch(new SequenceRange(1, 1), buckets);
		return encode(Map.of(), batch, Sections.NONE);
	}

	private byte[] encode(Map<String, Long> ages, @Nullable Batch batch, Sections sections) {
		return this.signing.write(
				new Message(NOBODY, null, Standing.LEAVING, 0, 0, false, List.of(), ages, null, batch, null, sections));
	}

	/**
	 * Reads what was saved.
	 * @return a message with limits, buckets or neither
	 * @throws MalformedMessageException if it is no message, or not signed as it must be
	 */
	Message decode(byte[] bytes) throws MalformedMessageException {
		Message message = this.signing.read(bytes);
		if (!message.sender().equals(NOBODY)) {
			throw new MalformedMessageException("malformed");
		}
		return message;
	}

}
