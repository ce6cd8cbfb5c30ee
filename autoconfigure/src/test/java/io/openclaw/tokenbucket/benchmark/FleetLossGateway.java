package io.openclaw.tokenbucket.benchmark;

import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadInfo;
import java.lang.management.ThreadMXBean;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Scanner;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;

import com.sun.management.OperatingSystemMXBean;

import org.springframework.context.ConfigurableApplicationContext;

import io.openclaw.tokenbucket.crdt.MemberId;
import io.openclaw.tokenbucket.limiter.BucketStore;
import io.openclaw.tokenbucket.limiter.TokenBucketLimiter;
import io.openclaw.tokenbucket.limiter.decision.Decision;
import io.openclaw.tokenbucket.limiter.membership.FleetState;
import io.openclaw.tokenbucket.limiter.membership.MembershipView;
import io.openclaw.tokenbucket.replication.MemberStatus;
import io.openclaw.tokenbucket.replication.Replicator;

/**
 * A gateway of {@link FleetLoss} in a process of its own, without a web server. It does
 * what it is told on its standard input, and prints what it saw.
 */
final class FleetLossGateway {

	private static final String HOT = "hot";

	private static final int BURST = 500;

	private static final Duration BETWEEN_BURSTS = Duration.ofMillis(100);

	private final String node;

	private final int members;

	private final TokenBucketLimiter limiter;

	private final BucketStore store;

	private final Replicator replicator;

	private FleetLossGateway(String node, int members, ConfigurableApplicationContext context) {
		this.node = node;
		this.members = members;
		this.limiter = context.getBean(TokenBucketLimiter.class);
		this.store = context.getBean(BucketStore.class);
		this.replicator = context.getBean(Replicator.class);
	}

	static String node(int number) {
		return "gateway-" + number;
	}

	/**
	 * Runs a gateway.
	 * @param arguments its number, how many there are, the port of Redis
	 */
	public static void main(String[] arguments) {
		int number = Integer.parseInt(arguments[0]);
		int members = Integer.parseInt(arguments[1]);
		Map<String, Object> properties = new HashMap<>(Map.of("openclaw.node.id", node(number),
				"spring.data.redis.host", "127.0.0.1", "spring.data.redis.port", arguments[2],
				"openclaw.buckets.rating.capacity", "1000", "openclaw.buckets.rating.refill-rate-per-second", "0.01",
				"openclaw.buckets.hot.capacity", "1000", "openclaw.buckets.hot.refill-rate-per-second", "200"));
		try (ConfigurableApplicationContext context = RealFleet.application(properties);
				Scanner input = new Scanner(System.in)) {
			FleetLossGateway gateway = new FleetLossGateway(node(number), members, context);
			gateway.awaitFleet();
			System.out.println("joined");
			while (input.hasNextLine()) {
				String[] words = input.nextLine().split(" ");
				switch (words[0]) {
					case "fill" -> gateway.fill(number, Integer.parseInt(words[1]));
					case "observe" -> System.out.println("saw " + gateway.observe(Integer.parseInt(words[1]),
							Duration.ofSeconds(Long.parseLong(words[2]))));
					default -> throw new IllegalArgumentException(words[0]);
				}
			}
		}
	}

	private void awaitFleet() {
		RealFleet.await(() -> this.limiter.state() == FleetState.HEALTHY
				&& this.replicator.status().fleetSize() == this.members);
	}

	private void fill(int first, int buckets) {
		int asked = 0;
		for (int key = first; key < buckets; key += this.members) {
			this.limiter.tryConsume(FleetLoad.LIMIT, "key-" + key, 1);
			if (++asked % BURST == 0) {
				LockSupport.parkNanos(BETWEEN_BURSTS.toNanos());
			}
		}
		RealFleet.await(() -> this.store.size() >= buckets);
		awaitFleet();
		System.out.println("filled");
	}

	private FleetLossReport observe(int survivors, Duration duration) {
		Queue<Double> waits = new ConcurrentLinkedQueue<>();
		Queue<Double> idle = new ConcurrentLinkedQueue<>();
		Thread idler = new Thread(() -> idle(idle, duration), "idler");
		Cpu before = Cpu.now();
		long collecting = collectedMillis();
		idler.start();
		int heard = 0;
		int looked = 0;
		int changes = 0;
		double silence = 0;
		MembershipView last = this.store.view(System.nanoTime());
		for (long begin = System.nanoTime(); System.nanoTime() - begin < duration.toNanos(); looked++) {
			MembershipView view = this.store.view(System.nanoTime());
			changes += view.agreesWith(last) ? 0 : 1;
			last = view;
			Set<String> nodes = view.heard().stream().map(MemberId::node).collect(Collectors.toSet());
			heard += nodes.containsAll(survivorNodes(survivors)) ? 1 : 0;
			silence = Math.max(silence, silence(survivors));
			ask(waits);
			LockSupport.parkNanos(Duration.ofMillis(10).toNanos());
		}
		return new FleetLossReport(100.0 * heard / looked, changes, silence, List.copyOf(waits), List.copyOf(idle),
				collectedMillis() - collecting, Cpu.now().since(before).percentOf(duration));
	}

	private static Set<String> survivorNodes(int survivors) {
		return java.util.stream.IntStream.range(0, survivors)
			.mapToObj(FleetLossGateway::node)
			.collect(Collectors.toSet());
	}

	// As of the last tick, and so before its messages.
	private double silence(int survivors) {
		Set<String> nodes = survivorNodes(survivors);
		return this.replicator.status()
			.members()
			.stream()
			.filter((member) -> nodes.contains(member.id().node()))
			.map(MemberStatus::age)
			.filter((age) -> age != null)
			.mapToDouble((age) -> age.toNanos() / 1e6)
			.max()
			.orElse(0);
	}

	private void ask(Queue<Double> millis) {
		long asked = System.nanoTime();
		Decision decision = this.limiter.tryConsume(HOT, "one", 1);
		if (decision.completion() == null) {
			millis.add((System.nanoTime() - asked) / 1e6);
			return;
		}
		decision.completion().thenAccept((later) -> millis.add((System.nanoTime() - asked) / 1e6));
	}

	// How late a thread wakes that waits for nothing: what the machine takes, and the
	// collector.
	private static void idle(Queue<Double> millis, Duration duration) {
		long pause = Duration.ofMillis(5).toNanos();
		for (long begin = System.nanoTime(); System.nanoTime() - begin < duration.toNanos();) {
			long slept = System.nanoTime();
			LockSupport.parkNanos(pause);
			millis.add((System.nanoTime() - slept - pause) / 1e6);
		}
	}

	private static long collectedMillis() {
		return ManagementFactory.getGarbageCollectorMXBeans()
			.stream()
			.mapToLong(GarbageCollectorMXBean::getCollectionTime)
			.sum();
	}

	/**
	 * The processor time of this process by what it was for.
	 */
	private record Cpu(Map<String, Long> nanos) {

		private static final Map<String, String> PARTS = Map.of("openclaw-replication", "replication",
				"openclaw-snapshots", "saving", "lettuce", "Redis");

		static Cpu now() {
			Map<String, Long> nanos = new HashMap<>();
			ThreadMXBean threads = ManagementFactory.getThreadMXBean();
			long rest = ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class).getProcessCpuTime();
			for (ThreadInfo thread : threads.getThreadInfo(threads.getAllThreadIds())) {
				long used = (thread != null) ? Math.max(0, threads.getThreadCpuTime(thread.getThreadId())) : 0;
				rest -= used;
				String name = (thread != null) ? thread.getThreadName() : "";
				nanos.merge(PARTS.entrySet()
					.stream()
					.filter((part) -> name.startsWith(part.getKey()))
					.map(Map.Entry::getValue)
					.findFirst()
					.orElse("others"), used, Long::sum);
			}
			nanos.put("collector and compiler", rest);
			return new Cpu(nanos);
		}

		Cpu since(Cpu before) {
			Map<String, Long> between = new HashMap<>();
			this.nanos.forEach((part, used) -> between.put(part, used - before.nanos.getOrDefault(part, 0L)));
			return new Cpu(between);
		}

		Map<String, Double> percentOf(Duration duration) {
			return this.nanos.entrySet()
				.stream()
				.collect(Collectors.toMap(Map.Entry::getKey, (part) -> 100.0 * part.getValue() / duration.toNanos()));
		}

	}

}
