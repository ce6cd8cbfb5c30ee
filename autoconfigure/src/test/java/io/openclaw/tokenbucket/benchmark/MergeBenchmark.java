package io.openclaw.tokenbucket.benchmark;

import java.time.Duration;
import java.util.concurrent.TimeUnit;

import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Threads;
import org.openjdk.jmh.annotations.Warmup;

import io.openclaw.tokenbucket.crdt.Birth;
import io.openclaw.tokenbucket.crdt.MemberId;
import io.openclaw.tokenbucket.crdt.MicroTokens;
import io.openclaw.tokenbucket.crdt.RefillRate;
import io.openclaw.tokenbucket.crdt.TokenBucketState;
import io.openclaw.tokenbucket.limiter.BucketStore;
import io.openclaw.tokenbucket.limiter.NanoClock;
import io.openclaw.tokenbucket.limiter.port.BucketKey;
import io.openclaw.tokenbucket.limiter.port.BucketUpdate;
import io.openclaw.tokenbucket.replication.port.MalformedMessageException;
import io.openclaw.tokenbucket.replication.wire.KnownAnnouncements;
import io.openclaw.tokenbucket.replication.wire.Message;
import io.openclaw.tokenbucket.replication.wire.MessageCodec;

/**
 * What it takes to merge a bucket of another member that brings news, to read a batch of
 * 400 buckets, and to do both with the whole batch. All members have entries in each
 * bucket. One thread, as in the product.
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(3)
@Threads(1)
public class MergeBenchmark {

	private static final int BATCH = 400;

	@Benchmark
	@OperationsPerInvocation(BATCH)
	public int mergeOneBucket(Fleet fleet) {
		return fleet.mergeNext();
	}

	@Benchmark
	@OperationsPerInvocation(BATCH)
	public Message readOneBucket(Fleet fleet) throws MalformedMessageException {
		return MessageCodec.decode(fleet.encoded, KnownAnnouncements.NONE);
	}

	@Benchmark
	public int readAndMergeABatch(Fleet fleet) throws MalformedMessageException {
		return MessageCodec.decode(fleet.encoded, KnownAnnouncements.NONE).peers().size() + fleet.mergeNext();
	}

	/** Buckets of one member, and states of them in which another has spent more. */
	@State(Scope.Benchmark)
	public static class Fleet {

		// More than can be merged in an iteration.
		private static final int STEPS = 20_000;

		/** Who has entries in the state of the buckets. */
		@Param({ "5", "15", "50" })
		int members;

		private final TokenBucketState[] states = new TokenBucketState[STEPS];

		private final BucketKey[] keys = new BucketKey[BATCH];

		private byte[] encoded;

		private BucketStore store;

		private int step;

		/** Makes the states. */
		@Setup
		public void spend() {
			Members fleet = new Members(this.members);
			MemberId other = fleet.ids().get(this.members - 1);
			this.states[0] = fleet.spentByAll(1);
			for (int i = 1; i < STEPS; i++) {
				this.states[i] = this.states[i - 1].consume(new Birth(other, 1), MicroTokens.ofTokens(1));
			}
			for (int i = 0; i < BATCH; i++) {
				this.keys[i] = BucketKey.of("rating", "key-" + i);
			}
			this.encoded = BucketHeap.batch(fleet);
		}

		/** Begins with buckets that know nothing. */
		@Setup(Level.Iteration)
		public void begin() {
			this.store = new Members(this.members).store(2 * BATCH, NanoClock.SYSTEM,
					Members.policy("rating", 1_000_000, RefillRate.of(1000, Duration.ofSeconds(1)), 1_000_000));
			this.step = 0;
		}

		int mergeNext() {
			TokenBucketState state = this.states[this.step++];
			long now = System.nanoTime();
			int merged = 0;
			for (BucketKey key : this.keys) {
				merged += this.store.replicas().merge(new BucketUpdate(key, state), now).isAccepted() ? 1 : 0;
			}
			if (merged != BATCH) {
				throw new IllegalStateException("%d of %d buckets were merged".formatted(merged, BATCH));
			}
			return merged;
		}

	}

}
