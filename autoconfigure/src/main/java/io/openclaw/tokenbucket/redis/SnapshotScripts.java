package io.openclaw.tokenbucket.redis;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import java.util.regex.Pattern;

import io.lettuce.core.ScriptOutputType;
import io.lettuce.core.cluster.api.async.RedisClusterAsyncCommands;

import io.openclaw.tokenbucket.persistence.SnapshotStore;

/**
 * The scripts for the hash of buckets in Redis. Scripts, so that what is written and read
 * is timed by the same clock, the server's: an entry is a time of writing, in
 * milliseconds and 13 digits, and what was written. Stateless and thread-safe.
 */
final class SnapshotScripts {

	/** Counts the writes. No other entry has this name. */
	private static final String GENERATION = "#generation";

	private static final int STAMP_DIGITS = 13;

	private static final Pattern NUMBER = Pattern.compile("[0-9]{1,18}");

	private static final String NOW = """
			local time = redis.call('TIME')
			local now = string.format('%013.0f', time[1] * 1000 + math.floor(time[2] / 1000))
			""";

	private static final String SAVE = NOW + """
			local last = 2 + 2 * tonumber(ARGV[2])
			for i = 3, last, 2 do
				redis.call('HSET', KEYS[1], ARGV[i], now .. ARGV[i + 1])
			end
			for i = last + 1, #ARGV do
				redis.call('HDEL', KEYS[1], ARGV[i])
			end
			local generation = redis.call('HINCRBY', KEYS[1], '#generation', 1)
			redis.call('PEXPIRE', KEYS[1], ARGV[1])
			local memory = redis.pcall('MEMORY', 'USAGE', KEYS[1])
			return {generation, type(memory) == 'number' and memory or 0}
			""";

	private static final String LOAD = NOW + """
			local page = redis.call('HSCAN', KEYS[1], ARGV[1], 'COUNT', ARGV[2])
			return {now, redis.call('HGET', KEYS[1], '#generation') or '0', page[1], page[2]}
			""";

	private SnapshotScripts() {
	}

	/**
	 * Writes, deletes and counts.
	 */
	static CompletionStage<Saved> save(RedisClusterAsyncCommands<byte[], byte[]> redis, byte[] key,
			Map<String, byte[]> written, Collection<String> deleted, Duration timeToLive) {
		List<byte[]> arguments = new ArrayList<>(2 + 2 * written.size() + deleted.size());
		arguments.add(bytes(Long.toString(timeToLive.toMillis())));
		arguments.add(bytes(Integer.toString(written.size())));
		written.forEach((name, value) -> {
			arguments.add(bytes(name));
			arguments.add(value);
		});
		deleted.forEach((name) -> arguments.add(bytes(name)));
		return redis
			.<List<Object>>eval(SAVE, ScriptOutputType.MULTI, new byte[][] { key }, arguments.toArray(byte[][]::new))
			.thenApply((reply) -> new Saved((Long) reply.get(0), (Long) reply.get(1)));
	}

	/**
	 * Reads some entries.
	 * @param cursor where the last page ended, {@code 0} at first
	 * @param count about how many to read
	 */
	static CompletionStage<Page> load(RedisClusterAsyncCommands<byte[], byte[]> redis, byte[] key, String cursor,
			int count) {
		return redis
			.<List<Object>>eval(LOAD, ScriptOutputType.MULTI, new byte[][] { key }, bytes(cursor),
					bytes(Integer.toString(count)))
			.thenApply(SnapshotScripts::page);
	}

	private static Page page(List<Object> reply) {
		long now = Long.parseLong(text(reply.get(0)));
		List<SnapshotStore.Entry> entries = new ArrayList<>();
		List<?> pairs = (List<?>) reply.get(3);
		for (int i = 0; i + 1 < pairs.size(); i += 2) {
			if (!GENERATION.equals(text(pairs.get(i)))) {
				entries.add(entry((byte[]) pairs.get(i + 1), now));
			}
		}
		return new Page(number(text(reply.get(1))), text(reply.get(2)), entries);
	}

	// What cannot have been written by the script above is left to whoever validates the
	// content.
	private static SnapshotStore.Entry entry(byte[] stamped, long now) {
		int digits = Math.min(STAMP_DIGITS, stamped.length);
		long written = number(text(Arrays.copyOf(stamped, digits)));
		byte[] value = Arrays.copyOfRange(stamped, digits, stamped.length);
		return new SnapshotStore.Entry(value, Duration.ofMillis((written > 0) ? Math.max(0, now - written) : 0));
	}

	private static long number(String text) {
		return NUMBER.matcher(text).matches() ? Long.parseLong(text) : 0;
	}

	private static String text(Object bytes) {
		return new String((byte[]) bytes, StandardCharsets.UTF_8);
	}

	private static byte[] bytes(String text) {
		return text.getBytes(StandardCharsets.UTF_8);
	}

	/**
	 * The result of a write.
	 *
	 * @param generation how many writes there were
	 * @param bytes what all entries take; zero if that cannot be asked
	 */
	record Saved(long generation, long bytes) {
	}

	/**
	 * Some entries.
	 *
	 * @param generation how many writes there were
	 * @param cursor where the next page begins, {@code 0} if there is none
	 * @param entries the entries
	 */
	record Page(long generation, String cursor, List<SnapshotStore.Entry> entries) {
	}

}
