package io.openclaw.tokenbucket.autoconfigure;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;

import io.openclaw.tokenbucket.limiter.limit.LimiterSettings;

/**
 * Keeps the number of buckets to what the heap has room for: callers may invent keys, and
 * a process that is out of memory limits nobody.
 */
final class HeapRoom {

	/** What a bucket takes, a key of some fifty characters and five members included. */
	static final int BYTES_A_BUCKET = 1_600;

	/** The rest is for requests. */
	static final int PART_OF_HEAP = 2;

	private static final Log logger = LogFactory.getLog(HeapRoom.class);

	private HeapRoom() {
	}

	/**
	 * Lowers the bound where the heap is too small for it, and says so.
	 * @param settings settings as they are configured
	 * @param heap the most that the heap may grow to, in bytes
	 * @return settings that fit
	 */
	static LimiterSettings fit(LimiterSettings settings, long heap) {
		int room = (int) Math.min(Integer.MAX_VALUE, Math.max(1, heap / PART_OF_HEAP / BYTES_A_BUCKET));
		if (settings.maxKeys() <= room) {
			return settings;
		}
		logger.info(
				"This gateway holds at most %d buckets, which fit into half of its heap of %d MB. openclaw.crdt.max-keys is %d"
					.formatted(room, heap >> 20, settings.maxKeys()));
		return new LimiterSettings(settings.replicationFactor(), settings.syncInterval(), room);
	}

}
