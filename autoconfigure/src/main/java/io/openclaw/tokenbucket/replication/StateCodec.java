package io.openclaw.tokenbucket.replication;

import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

import org.jspecify.annotations.Nullable;

import io.openclaw.tokenbucket.crdt.MemberId;
import io.openclaw.tokenbucket.limiter.limit.LimitDefinition;
import io.openclaw.tokenbucket.limiter.port.BucketUpdate;
import io.openclaw.tokenbucket.replication.port.MalformedMessageException;
import io.openclaw.tokenbucket.replication.port.MessageSigning;
import io.openclaw.tokenbucket.replication.port.Standing;
import io.openclaw.tokenbucket.replication.wire.Announcement;
import io.openclaw.tokenbucket.replication.wire.Announcement.AnnouncedLimit;
import io.openclaw.tokenbucket.replication.wire.LimitSections;
import io.openclaw.tokenbucket.replication.wire.Message;
import io.openclaw.tokenbucket.replication.wire.MessageCodec;
import io.openclaw.tokenbucket.replication.wire.MessageSize;
import io.openclaw.tokenbucket.replication.wire.Sections;
import io.openclaw.tokenbucket.replication.wire.SequenceRange;

/**
 * The format of state that is kept outside of members: a message, as they exchange them,
 * that nobody sent. So its version is checked, its signature verified and its content
 * validated as that of any other. Immutable and thread-safe.
 */
public final class StateCodec {

	/** How many buckets go together at the most. */
	public static final int MAX_BUCKETS = MessageSize.MAX_BUCKETS;

	// No node can be configured to have this name.
	private static final MemberId NOBODY = new MemberId("#", 0);

	// Definitions come along.
	private static final AnnouncedLimit UNKNOWN = new AnnouncedLimit(0, null);

	private static final Announcement NO_LIMITS = announcement(Map.of());

	private final MessageSigning signing;

	/**
	 * Creates the codec.
	 * @param signing how what is written is signed, and what is read verified
	 */
	public StateCodec(MessageSigning signing) {
		this.signing = signing;
	}

	/**
	 * About how much a bucket takes.
	 * @param bucket the bucket
	 * @return bytes, an upper bound
	 */
	public static int sizeOf(BucketUpdate bucket) {
		return MessageSize.of(bucket);
	}

	/**
	 * Writes limits.
	 * @param definitions what they are
	 * @param ages for how long they have been that, in nanoseconds by name
	 * @return what {@link #decode} reads
	 */
	public byte[] encode(Collection<LimitDefinition> definitions, Map<String, Long> ages) {
		Map<String, AnnouncedLimit> limits = new HashMap<>();
		ages.keySet().forEach((limit) -> limits.put(limit, UNKNOWN));
		return encode(announcement(limits), ages, null, LimitSections.definitions(Sections.NONE, definitions));
	}

	/**
	 * Writes buckets.
	 * @param buckets at most {@link #MAX_BUCKETS}
	 * @return what {@link #decode} reads
	 */
	public byte[] encode(List<BucketUpdate> buckets) {
		return encode(NO_LIMITS, Map.of(), new Message.Batch(new SequenceRange(1, 1), buckets), Sections.NONE);
	}

	/**
	 * Reads what was written.
	 * @param bytes what was written, or anything else
	 * @param onRejected is told the reason for each definition that is refused
	 * @return limits, buckets or neither
	 * @throws MalformedMessageException if it was not written like this, or not signed as
	 * it must be
	 */
	public State decode(byte[] bytes, Consumer<String> onRejected) throws MalformedMessageException {
		Message message = MessageCodec.read(bytes, this.signing);
		Map<String, Long> ages = message.ages();
		if (!message.sender().equals(NOBODY) || ages == null) {
			throw new MalformedMessageException("malformed");
		}
		return new State(LimitSections.definitions(message, onRejected), ages,
				(message.batch() != null) ? message.batch().buckets() : List.of());
	}

	private static Announcement announcement(Map<String, AnnouncedLimit> limits) {
		return new Announcement(null, Duration.ZERO, List.of(), limits);
	}

	private byte[] encode(Announcement announcement, Map<String, Long> ages, Message.@Nullable Batch batch,
			Sections sections) {
		return MessageCodec.write(new Message(NOBODY, Standing.LEAVING, 0, 0, false, false, announcement, ages,
				List.of(), null, batch, null, sections), this.signing);
	}

	/**
	 * The result of reading. Immutable.
	 *
	 * @param definitions limits
	 * @param ages for how long limits have been what they are, in nanoseconds by name
	 * @param buckets buckets
	 */
	public record State(List<LimitDefinition> definitions, Map<String, Long> ages, List<BucketUpdate> buckets) {
	}

}
