package io.openclaw.tokenbucket.benchmark;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

import org.jspecify.annotations.Nullable;

import io.openclaw.tokenbucket.crdt.MemberId;
import io.openclaw.tokenbucket.crdt.RefillRate;
import io.openclaw.tokenbucket.limiter.Timer;
import io.openclaw.tokenbucket.replication.port.InMemoryBus;
import io.openclaw.tokenbucket.replication.port.InMemoryReplicationTransport;
import io.openclaw.tokenbucket.simulation.VirtualTime;

/**
 * The processor time that a gateway with many buckets needs in a second, by what it is
 * for: whole members in one thread and in virtual time, so that none is ever late,
 * however slow or busy the machine is. Without the network, Redis and the collector.
 */
public final class ManyBucketsCost {

	private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

	private static final String LIMIT = "rating";

	private final VirtualTime time = new VirtualTime();

	private final InMemoryBus bus = new InMemoryBus(this.time, this.time, new Near());

	private final List<Member> members = new ArrayList<>();

	private long longestTask;

	private @Nullable String lost;

	private ManyBucketsCost(int members) {
		for (int i = 0; i < members; i++) {
			this.members.add(new Member("gateway-" + i));
		}
		this.time.advance(Duration.ofSeconds(5));
	}

	/**
	 * Runs the benchmark.
	 * @param arguments how many gateways, buckets, and new buckets a second of all; 4,
	 * 300,000 and 20,000 if there are none
	 */
	public static void main(String[] arguments) {
		int members = (arguments.length > 0) ? Integer.parseInt(arguments[0]) : 4;
		int buckets = (arguments.length > 1) ? Integer.parseInt(arguments[1]) : 300_000;
		int perSecond = (arguments.length > 2) ? Integer.parseInt(arguments[2]) : 20_000;
		new ManyBucketsCost(members).fill(20_000, perSecond);
		ManyBucketsCost fleet = new ManyBucketsCost(members);
		Table table = new Table(Samples.format("%d gateways, virtual time; %s", members, Table.machine()), "when",
				"for", "replication", "saving", "requests", "CPU s of each in all", "longest task ms");
		fleet.row(table, perSecond + " new buckets a second", () -> fleet.fill(buckets, perSecond));
		fleet.row(table, "at rest, while they are saved", () -> fleet.time.advance(Duration.ofSeconds(30)));
		fleet.row(table, "at rest", () -> fleet.time.advance(Duration.ofSeconds(30)));
		fleet.lost = "gateway-" + (members - 1);
		fleet.row(table, "one is lost", () -> fleet.time.advance(Duration.ofSeconds(15)));
		fleet.row(table, "one is lost, later", () -> fleet.time.advance(Duration.ofSeconds(15)));
		fleet.lost = null;
		fleet.row(table, "it is back", () -> fleet.time.advance(Duration.ofSeconds(30)));
	}

	private void row(Table table, String what, Runnable phase) {
		this.members.forEach((member) -> member.cpu.clear());
		this.longestTask = 0;
		long begin = this.time.nanoTime();
		phase.run();
		double seconds = (this.time.nanoTime() - begin) / 1e9;
		table.row(what, Samples.format("%.0f s", seconds), percent(VirtualMember.REPLICATION, seconds),
				percent(VirtualMember.SAVING, seconds), percent("requests", seconds),
				Samples.format("%.1f",
						this.members.get(0).cpu.values().stream().mapToLong(Long::longValue).sum() / 1e9),
				Samples.format("%.1f", this.longestTask / 1e6));
	}

	private String percent(String part, double seconds) {
		return Samples.format("%.1f %%", this.members.get(0).cpu.getOrDefault(part, 0L) / 1e7 / seconds);
	}

	private void fill(int buckets, int perSecond) {
		int perStep = perSecond / 100;
		for (int key = 0; key < buckets; key++) {
			this.members.get(key % this.members.size()).ask("key-" + key);
			if (key % perStep == 0) {
				this.time.advance(Duration.ofMillis(10));
			}
		}
	}

	/**
	 * A member, and what it took so far by what it was for.
	 */
	private final class Member {

		private final Map<String, Long> cpu = new HashMap<>();

		private final VirtualMember member;

		Member(String node) {
			this.member = new VirtualMember(node,
					List.of(VirtualMember.limit(LIMIT, RefillRate.of(1, Duration.ofSeconds(100)))),
					new InMemoryReplicationTransport(ManyBucketsCost.this.bus), ManyBucketsCost.this.time,
					this::thread);
		}

		void ask(String key) {
			count("requests", () -> this.member.limiter().tryConsume(LIMIT, key, 1));
		}

		private Timer thread(String part) {
			return (delay, task) -> ManyBucketsCost.this.time.schedule(delay, () -> count(part, task));
		}

		private void count(String part, Runnable task) {
			long begin = THREADS.getCurrentThreadCpuTime();
			task.run();
			long used = THREADS.getCurrentThreadCpuTime() - begin;
			this.cpu.merge(part, used, Long::sum);
			ManyBucketsCost.this.longestTask = Math.max(ManyBucketsCost.this.longestTask, used);
		}

	}

	private final class Near implements InMemoryBus.Network {

		@Override
		public List<Duration> deliveries(MemberId from, MemberId to) {
			String cut = ManyBucketsCost.this.lost;
			if (!from.equals(to) && (from.node().equals(cut) || to.node().equals(cut))) {
				return List.of();
			}
			return List.of(Duration.ofMillis(1));
		}

		@Override
		public boolean reachesServer(MemberId member) {
			return !member.node().equals(ManyBucketsCost.this.lost);
		}

	}

}
