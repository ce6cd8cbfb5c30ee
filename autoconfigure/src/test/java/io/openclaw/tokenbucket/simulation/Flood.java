package io.openclaw.tokenbucket.simulation;

import java.math.BigDecimal;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletionStage;
import java.util.stream.IntStream;

import io.openclaw.tokenbucket.crdt.Limit;
import io.openclaw.tokenbucket.crdt.MemberId;
import io.openclaw.tokenbucket.crdt.MicroTokens;
import io.openclaw.tokenbucket.crdt.RefillRate;
import io.openclaw.tokenbucket.limiter.BucketStore;
import io.openclaw.tokenbucket.limiter.SoloTicker;
import io.openclaw.tokenbucket.limiter.TokenBucketLimiter;
import io.openclaw.tokenbucket.limiter.decision.Decision;
import io.openclaw.tokenbucket.limiter.limit.Consistency;
import io.openclaw.tokenbucket.limiter.limit.LimitPolicy;
import io.openclaw.tokenbucket.limiter.limit.LimiterSettings;
import io.openclaw.tokenbucket.replication.Replicator;
import io.openclaw.tokenbucket.replication.port.InMemoryBus;
import io.openclaw.tokenbucket.replication.port.InMemoryReplicationTransport;
import io.openclaw.tokenbucket.replication.port.ReplicationListener;
import io.openclaw.tokenbucket.replication.port.ReplicationSettings;

/**
 * A flood of invented keys, in virtual time and a process of its own, whose heap is the
 * measure. Prints what it saw, one figure a line.
 */
final class Flood {

	static final int PER_SECOND = 20_000;

	private static final String LIMIT = "rating";

	private static final String HONEST = "honest";

	private static final Limit RATING = new Limit(LIMIT, MicroTokens.ofTokens(100),
			RefillRate.perSecond(BigDecimal.TEN), MicroTokens.ofTokens(100), 0);

	private static final Duration SYNC_INTERVAL = Duration.ofMillis(200);

	private static final Duration GAP = Duration.ofNanos(1_000_000_000 / PER_SECOND);

	// Twice as often as the rate allows.
	private static final int REQUESTS_PER_HONEST = PER_SECOND / 20;

	private final VirtualTime time = new VirtualTime();

	private final List<Member> members;

	private final KeyTally honest = new KeyTally(RATING);

	private final long[] microseconds = new long[21];

	private int mostHeld;

	private long admitted;

	private Flood(int members, int maxKeys) {
		InMemoryBus bus = new InMemoryBus(this.time, this.time,
				new SimulatedNetwork(new Random(1), SimulatedNetwork.NEAR, 0.3));
		this.members = IntStream.range(0, members)
			.mapToObj((number) -> new Member(new MemberId("member-" + number, 1), maxKeys))
			.toList();
		if (members == 1) {
			new SoloTicker(this.members.get(0).store, this.time, this.time, SYNC_INTERVAL);
		}
		else {
			this.members.forEach((member) -> member.replicate(bus));
		}
	}

	/**
	 * Runs a flood.
	 * @param args how many members, how many keys, and how many buckets each member holds
	 */
	public static void main(String[] args) {
		new Flood(Integer.parseInt(args[0]), Integer.parseInt(args[2])).run(Long.parseLong(args[1]));
	}

	private void run(long keys) {
		this.time.advance(Duration.ofSeconds(5));
		askHonestly();
		long before = usedMemory();
		for (long key = 0; key < keys; key++) {
			this.time.advance(GAP);
			ask(this.members.get((int) (key % this.members.size())), "invented-key-" + key);
			if (key % REQUESTS_PER_HONEST == 0) {
				askHonestly();
				this.members.forEach((member) -> this.mostHeld = Math.max(this.mostHeld, member.store.size()));
			}
		}
		long held = this.members.stream().mapToLong((member) -> member.store.size()).sum();
		long during = usedMemory();
		Duration end = this.time.elapsed();
		while (this.members.stream().anyMatch((member) -> member.store.size() > 0)
				&& this.time.elapsed().minus(end).compareTo(Duration.ofMinutes(5)) < 0) {
			this.time.advance(SYNC_INTERVAL);
		}
		print("mostHeld", this.mostHeld);
		print("admitted", this.admitted);
		print("overflowed", this.members.stream().mapToLong((member) -> member.limiter.overflowed(LIMIT)).sum());
		print("honestAdmitted", this.honest.admitted());
		print("honestByIdeal", this.honest.admittedByIdeal());
		print("honestOverMicros", Math.round(this.honest.over() * 1e6));
		print("bytesPerBucket", (during - before) / Math.max(1, held));
		print("memoryBefore", before);
		print("memoryDuring", during);
		print("memoryAfter", usedMemory());
		print("heldAfter", this.members.stream().mapToLong((member) -> member.store.size()).sum());
		print("secondsUntilEmpty", this.time.elapsed().minus(end).toSeconds());
		print("medianMicros", percentile(0.5));
		print("p999Micros", percentile(0.999));
	}

	private void ask(Member member, String key) {
		long start = System.nanoTime();
		Decision decision = member.limiter.tryConsume(LIMIT, key, 1);
		long micros = (System.nanoTime() - start) / 1_000;
		this.microseconds[Math.min(20, Long.SIZE - Long.numberOfLeadingZeros(micros))]++;
		this.admitted += decision.isAdmitted() ? 1 : 0;
	}

	private void askHonestly() {
		for (Member member : this.members) {
			this.honest.arrive(this.time.elapsed());
			Decision decision = member.limiter.tryConsume(LIMIT, HONEST, 1);
			CompletionStage<Decision> completion = decision.completion();
			if (completion == null) {
				this.honest.decide(decision.isAdmitted(), this.time.elapsed());
			}
			else {
				completion.thenAccept((later) -> this.honest.decide(later.isAdmitted(), this.time.elapsed()));
			}
		}
	}

	// The upper bound of the power of two.
	private long percentile(double part) {
		long all = 0;
		for (long count : this.microseconds) {
			all += count;
		}
		long seen = 0;
		int power = 0;
		while (seen < part * all) {
			seen += this.microseconds[power++];
		}
		return 1L << power - 1;
	}

	private static long usedMemory() {
		System.gc();
		return Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
	}

	private static void print(String name, long value) {
		System.out.println(name + "=" + value);
	}

	private final class Member implements ReplicationListener {

		private final BucketStore store;

		private final TokenBucketLimiter limiter;

		Member(MemberId id, int maxKeys) {
			VirtualTime clock = Flood.this.time;
			this.store = new BucketStore(id,
					List.of(new LimitPolicy(RATING, Consistency.BOUNDED, Duration.ofMillis(25))),
					new LimiterSettings(1, SYNC_INTERVAL, maxKeys), clock);
			this.limiter = new TokenBucketLimiter(this.store, clock, clock, null);
		}

		void replicate(InMemoryBus bus) {
			VirtualTime clock = Flood.this.time;
			new Replicator(this.store, new InMemoryReplicationTransport(List.of(bus)),
					new ReplicationSettings(null, 1, SYNC_INTERVAL, Duration.ofSeconds(30)), clock, clock, this)
				.start();
		}

		@Override
		public void onRejected(String reason) {
			// Keys beyond the bound are refused, which is what a flood is about.
			if (!reason.equals("room")) {
				throw new IllegalStateException("a message was rejected: " + reason);
			}
		}

		@Override
		public void onFailure(RuntimeException failure) {
			throw failure;
		}

	}

}
