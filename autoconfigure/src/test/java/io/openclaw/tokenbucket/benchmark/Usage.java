package io.openclaw.tokenbucket.benchmark;

import java.lang.management.ManagementFactory;
import java.time.Duration;

import com.sun.management.OperatingSystemMXBean;

/**
 * What a fleet, its Redis and this process have used between two moments.
 *
 * @param seconds that passed
 * @param messages that arrived at all gateways
 * @param bytes of these messages
 * @param cpu of this process
 * @param redisCpu of the process of Redis
 * @param redisCommands that Redis processed
 */
record Usage(double seconds, double messages, double bytes, Duration cpu, Duration redisCpu, double redisCommands) {

	private static final OperatingSystemMXBean SYSTEM = ManagementFactory
		.getPlatformMXBean(OperatingSystemMXBean.class);

	static Usage now(RealFleet fleet, RedisUsage redis) {
		return new Usage(System.nanoTime() / 1e9, fleet.messages(), fleet.bytes(),
				Duration.ofNanos(SYSTEM.getProcessCpuTime()), redis.cpu(), redis.commands());
	}

	Usage since(Usage before) {
		return new Usage(this.seconds - before.seconds, this.messages - before.messages, this.bytes - before.bytes,
				this.cpu.minus(before.cpu), this.redisCpu.minus(before.redisCpu),
				this.redisCommands - before.redisCommands);
	}

	/**
	 * The part of a core that an amount of processor time is.
	 */
	double share(Duration amount) {
		return amount.toNanos() / 1e9 / this.seconds;
	}

}
