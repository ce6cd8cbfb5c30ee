package io.openclaw.tokenbucket.replication.gossip;

import java.util.function.Consumer;
import java.util.function.ObjLongConsumer;

import io.openclaw.tokenbucket.crdt.Birth;
import io.openclaw.tokenbucket.limiter.port.BucketKey;

/**
 * Condenses what was consumed to 64 bits, to be summed over buckets. Equal on every JVM.
 */
public final class StateDigest {

	private StateDigest() {
	}

	/**
	 * The digest of one bucket.
	 * @param consumed passes what was consumed under each birth, in any order
	 */
	public static long of(BucketKey key, Consumer<ObjLongConsumer<Birth>> consumed) {
		long bucket = mix(mix(key.limit().hashCode()) + 2L * key.key().hashCode() + (key.overflow() ? 1 : 0));
		long[] sum = new long[1];
		consumed.accept((birth, amount) -> sum[0] += mix(bucket ^ mix(member(birth) ^ mix(amount))));
		return sum[0];
	}

	private static long member(Birth birth) {
		return mix(birth.member().node().hashCode() + mix(birth.member().incarnation() + mix(birth.number())));
	}

	// The finalizer of SplitMix64: Steele, Lea, Flood, Fast Splittable Pseudorandom
	// Number Generators, OOPSLA 2014.
	private static long mix(long value) {
		long mixed = (value ^ (value >>> 30)) * 0xBF58476D1CE4E5B9L;
		mixed = (mixed ^ (mixed >>> 27)) * 0x94D049BB133111EBL;
		return mixed ^ (mixed >>> 31);
	}

}
