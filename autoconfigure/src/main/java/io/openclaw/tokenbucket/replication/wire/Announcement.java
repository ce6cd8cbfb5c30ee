package io.openclaw.tokenbucket.replication.wire;

import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

import org.jspecify.annotations.Nullable;

import io.openclaw.tokenbucket.crdt.MemberId;
import io.openclaw.tokenbucket.replication.port.MalformedMessageException;

/**
 * The part of a message that seldom changes: where it runs, how often it sends, whom it
 * counts, which limits it knows. It travels whole only where it may be news; else its
 * digest stands for it. Immutable.
 */
public final class Announcement {

	private static final int DIGEST_BITS = 56;

	private final @Nullable String region;

	private final Duration interval;

	private final List<MemberId> members;

	private final Map<String, AnnouncedLimit> limits;

	private final Map<MemberId, Integer> ranks = new HashMap<>();

	private final byte[] bytes;

	private final long digest;

	/**
	 * Creates an announcement.
	 * @param region where the member runs; {@code null} if unknown
	 * @param interval how often it sends at least
	 * @param members whom it counts, itself included if it is a member
	 * @param limits the limits that it knows, by name
	 */
	public Announcement(@Nullable String region, Duration interval, Collection<MemberId> members,
			Map<String, AnnouncedLimit> limits) {
		this.region = region;
		this.interval = interval;
		this.members = members.stream().sorted().distinct().toList();
		this.limits = new TreeMap<>(limits);
		this.members.forEach((member) -> this.ranks.put(member, this.ranks.size()));
		this.bytes = encode();
		this.digest = digest(this.bytes);
	}

	public @Nullable String region() {
		return this.region;
	}

	public Duration interval() {
		return this.interval;
	}

	/**
	 * Whom the member counts, in order.
	 */
	public List<MemberId> members() {
		return this.members;
	}

	public boolean counts(MemberId member) {
		return this.ranks.containsKey(member);
	}

	/**
	 * The place of a member among those that are counted; {@code null} if it is not.
	 */
	@Nullable Integer rank(MemberId member) {
		return this.ranks.get(member);
	}

	public Map<String, AnnouncedLimit> limits() {
		return this.limits;
	}

	/**
	 * What stands for this announcement: the first 56 bits of the SHA-256 of its bytes.
	 */
	public long digest() {
		return this.digest;
	}

	byte[] bytes() {
		return this.bytes;
	}

	static long digest(byte[] bytes) {
		try {
			byte[] hash = MessageDigest.getInstance("SHA-256").digest(bytes);
			return ByteBuffer.wrap(hash).getLong() >>> (Long.SIZE - DIGEST_BITS);
		}
		catch (NoSuchAlgorithmException ex) {
			throw new IllegalStateException("every Java platform has SHA-256", ex);
		}
	}

	static Announcement decode(byte[] bytes) throws MalformedMessageException {
		WireReader in = new WireReader(bytes);
		String region = in.readText();
		Duration interval = Duration.ofNanos(in.readNumber());
		List<MemberId> members = new ArrayList<>();
		for (int left = in.readCount(MessageCodec.MAX_PEERS + 1); left > 0; left--) {
			members.add(new MemberId(in.readText(), in.readNumber()));
		}
		Map<String, AnnouncedLimit> limits = new LinkedHashMap<>();
		for (int left = in.readCount(MessageCodec.MAX_LIMITS); left > 0; left--) {
			limits.put(in.readText(), new AnnouncedLimit(in.readBits(), in.readFlag() ? in.readBits() : null));
		}
		in.requireEnd();
		Announcement announcement = new Announcement(region.isEmpty() ? null : region, interval, members, limits);
		if (announcement.digest != digest(bytes)) {
			// Out of order, or twice: others would know it by another digest.
			throw new MalformedMessageException("malformed");
		}
		return announcement;
	}

	private byte[] encode() {
		WireWriter out = new WireWriter();
		out.writeText((this.region != null) ? this.region : "");
		out.writeNumber(this.interval.toNanos());
		out.writeNumber(this.members.size());
		this.members.forEach((member) -> {
			out.writeText(member.node());
			out.writeNumber(member.incarnation());
		});
		out.writeNumber(this.limits.size());
		this.limits.forEach((name, limit) -> {
			out.writeText(name);
			out.writeNumber(limit.fingerprint());
			out.writeByte((limit.configuration() != null) ? 1 : 0);
			if (limit.configuration() != null) {
				out.writeNumber(limit.configuration());
			}
		});
		return out.toByteArray();
	}

	@Override
	public boolean equals(@Nullable Object other) {
		return other instanceof Announcement announcement && this.digest == announcement.digest;
	}

	@Override
	public int hashCode() {
		return Long.hashCode(this.digest);
	}

	@Override
	public String toString() {
		return "Announcement[" + this.region + ", " + this.interval + ", " + this.members + ", " + this.limits + "]";
	}

	/**
	 * The statement of a member about a limit.
	 *
	 * @param fingerprint of the definition that it follows
	 * @param configuration what stands for the content of what it is configured with;
	 * {@code null} if it only holds the limit for others
	 */
	public record AnnouncedLimit(long fingerprint, @Nullable Long configuration) {
	}

}
