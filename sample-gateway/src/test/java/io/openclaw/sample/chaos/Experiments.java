package io.openclaw.sample.chaos;

import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;

import io.openclaw.sample.chaos.experiment.Experiment;
import io.openclaw.sample.chaos.experiment.Fault;
import io.openclaw.sample.chaos.experiment.Hypothesis;
import io.openclaw.sample.chaos.experiment.KillSwitch;
import io.openclaw.sample.chaos.experiment.Outcome;
import io.openclaw.sample.chaos.fleet.Fleet;
import io.openclaw.sample.chaos.fleet.FleetPlan;

import static io.openclaw.sample.chaos.experiment.Hypotheses.admitted;
import static io.openclaw.sample.chaos.experiment.Hypotheses.admittedSinceFault;
import static io.openclaw.sample.chaos.experiment.Hypotheses.drift;
import static io.openclaw.sample.chaos.experiment.Hypotheses.errors;
import static io.openclaw.sample.chaos.experiment.Hypotheses.logLines;
import static io.openclaw.sample.chaos.experiment.Hypotheses.happened;
import static io.openclaw.sample.chaos.experiment.Hypotheses.levelsEqualInTheEnd;
import static io.openclaw.sample.chaos.experiment.Hypotheses.levelsEqualSoonAfterHealing;
import static io.openclaw.sample.chaos.experiment.Hypotheses.meanLatency;
import static io.openclaw.sample.chaos.experiment.Hypotheses.memory;
import static io.openclaw.sample.chaos.experiment.Hypotheses.onlyAdmittedOrRejected;
import static io.openclaw.sample.chaos.experiment.Hypotheses.p95Within30Millis;
import static io.openclaw.sample.chaos.experiment.Hypotheses.p99WithinTwice;
import static io.openclaw.sample.chaos.experiment.Hypotheses.wrongRejections;

/**
 * The experiments, each with what is expected of it.
 */
final class Experiments {

	private static final FleetPlan QUICKLY_FORGOTTEN = FleetPlan.STANDARD
		.withArguments((member) -> List.of("--openclaw.crdt.member-timeout=10s"));

	private static final FleetPlan SHORT_OF_MEMORY = FleetPlan.STANDARD.withHeap(112)
		.withArguments((member) -> List.of("--openclaw.crdt.max-keys=2000"));

	private static final FleetPlan APART = FleetPlan.STANDARD.apart();

	private Experiments() {
	}

	static List<Experiment> all() {
		return List.of(steadyState(), partition(), everyGatewayIsolated(), redisKilled(), redisRefuses(), oneWayCut(),
				deafGateway(), slowGateway(), slowGateways(), verySlowGateways(), messageLoss(), droppedConnections(),
				pausedGateway(), starvedGateway(), killedGateway(), shortOfMemory(), movedClock());
	}

	static Experiment steadyState() {
		return Experiment.of("steady-state", "Nothing goes wrong.", Fault.NONE)
			.expecting(accurate())
			.expecting(logLines(60), drift(5), wrongRejections(0.2), meanLatency(), p95Within30Millis());
	}

	static Experiment partition() {
		Fault fault = Fault.ofNetwork((fleet) -> fleet.network().cut(List.of("a", "b"), List.of("c", "d")));
		return Experiment
			.of("partition-two-and-two",
					"No messages pass between a and b on one side, and c and d on the other. All reach Redis.", fault)
			.expecting(accurate())
			.expecting(logLines(60), messagesLost(), levelsEqualSoonAfterHealing(), meanLatency(), p95Within30Millis());
	}

	static Experiment everyGatewayIsolated() {
		Fault fault = Fault.ofNetwork((fleet) -> Fleet.MEMBERS.forEach(fleet.network()::blackHole));
		return Experiment
			.of("every-gateway-isolated", "Nothing passes between any gateway and Redis, but connections stay open.",
					fault)
			.expecting(accurate())
			.expecting(logLines(60), levelsEqualSoonAfterHealing(), meanLatency(), p99WithinTwice());
	}

	static Experiment redisKilled() {
		return Experiment
			.of("redis-killed", "Redis is killed, and started again empty.",
					Fault.once((fleet) -> fleet.redis().stop(), (fleet) -> fleet.redis().start()))
			.expecting(accurate())
			.expecting(logLines(60), levelsEqualSoonAfterHealing(), meanLatency(), p99WithinTwice());
	}

	static Experiment redisRefuses() {
		Fault fault = Fault.ofNetwork((fleet) -> Fleet.MEMBERS.forEach(fleet.network()::refuse));
		return Experiment
			.of("connections-refused", "The connections of all gateways to Redis are reset, and each new one too.",
					fault)
			.expecting(accurate())
			.expecting(logLines(60), levelsEqualSoonAfterHealing(), meanLatency(), p99WithinTwice());
	}

	static Experiment oneWayCut() {
		Fault fault = Fault.ofNetwork((fleet) -> fleet.network().cutOneWay(List.of("a", "b"), List.of("c", "d")));
		return Experiment
			.of("one-way-cut", "c and d receive no messages of a and b. In the other direction messages arrive.", fault)
			.expecting(accurate())
			.expecting(logLines(60), messagesLost(), levelsEqualSoonAfterHealing(), meanLatency());
	}

	static Experiment deafGateway() {
		return Experiment
			.of("deaf-gateway", "Nothing passes from Redis to d, but messages of d arrive.",
					Fault.ofNetwork((fleet) -> fleet.network().deafen("d")))
			.expecting(accurate())
			.expecting(logLines(60), levelsEqualSoonAfterHealing(), meanLatency());
	}

	static Experiment slowGateway() {
		return latency("on-one", List.of("a"), 200).expecting(accurate());
	}

	static Experiment slowGateways() {
		return latency("on-all", Fleet.MEMBERS, 50).expecting(accurate());
	}

	/**
	 * Two seconds to and fro between gateways, four times as long as their memory of what
	 * was asked of them: each is sure of a small part of the level only, and a strict
	 * limit rejects until the level has risen so far that this part is enough.
	 */
	static Experiment verySlowGateways() {
		return latency("on-all", Fleet.MEMBERS, 500).abortedBy(new KillSwitch(0.05, 2))
			.expecting(admitted("strict", 0.8, 1.05), admitted("bounded", 0.95, 1.05),
					admittedSinceFault("strict", 0.75, 1.05), admittedSinceFault("bounded", 0.95, 1.05),
					onlyAdmittedOrRejected(), levelsEqualInTheEnd());
	}

	private static Experiment latency(String where, List<String> members, int millis) {
		Fault fault = Fault.ofNetwork(
				(fleet) -> members.forEach((member) -> fleet.network().delay(member, Duration.ofMillis(millis))));
		return Experiment
			.of("latency-%d-ms-%s".formatted(millis, where),
					"%d ms are added in each direction between Redis and %s.".formatted(millis,
							String.join(", ", members)),
					fault)
			.expecting(logLines(60), wrongRejections(0.2), levelsEqualSoonAfterHealing(), meanLatency(),
					p95Within30Millis());
	}

	static Experiment messageLoss() {
		Fault fault = Fault.ofNetwork((fleet) -> fleet.network().lose(0.2, 1));
		return Experiment.of("message-loss", "A fifth of the messages between gateways is lost, at random.", fault)
			.expecting(accurate())
			.expecting(logLines(60), messagesLost(), drift(5), wrongRejections(0.2), meanLatency(),
					p95Within30Millis());
	}

	static Experiment droppedConnections() {
		Fault fault = Fault.every(3, (fleet) -> Fleet.MEMBERS.forEach(fleet.network()::reset));
		return Experiment
			.of("dropped-connections", "Every three seconds the connections of all gateways to Redis are reset.", fault)
			.expecting(accurate())
			.expecting(logLines(200), levelsEqualSoonAfterHealing(), meanLatency());
	}

	static Experiment pausedGateway() {
		return Experiment
			.of("paused-gateway",
					"d is stopped by SIGSTOP for ten seconds. The load balancer notices after a second. "
							+ "d answers the requests of that second when it continues.",
					new Pause("d", 10))
			.abortedBy(new KillSwitch(0.05, 2))
			.expecting(admitted("strict", 0.95, 1.05), admitted("bounded", 0.95, 1.05),
					// What d does not refill while it sleeps, the others must not.
					admittedSinceFault("strict", 0.9, 1.05), admittedSinceFault("bounded", 0.9, 1.05),
					onlyAdmittedOrRejected(), levelsEqualInTheEnd())
			.expecting(logLines(60), levelsEqualSoonAfterHealing(), meanLatency("d"), p95Within30Millis("d"));
	}

	static Experiment starvedGateway() {
		return Experiment
			.of("starved-gateway",
					"d runs at the lowest priority. Busy processes of a higher priority run on all processors.",
					new Starvation("d"))
			.unless(Starvation::obstacle)
			.expecting(accurate())
			.expecting(logLines(60), wrongRejections(0.2), levelsEqualSoonAfterHealing(), meanLatency("d"));
	}

	static Experiment killedGateway() {
		return Experiment.of("killed-gateway",
				"d is killed by SIGKILL. The others remove it after ten seconds. It is started again after fifteen.",
				new Death("d", 15))
			.in(QUICKLY_FORGOTTEN)
			.expecting(admitted("strict", 0.95, 1.05), admitted("bounded", 0.95, 1.05),
					admittedSinceFault("strict", 0.95, 1.05), admittedSinceFault("bounded", 0.95, 1.05), errors(0.1),
					levelsEqualInTheEnd(), logLines(60), meanLatency());
	}

	static Experiment shortOfMemory() {
		return Experiment
			.of("short-of-memory", "Gateways with little memory are asked for keys of 4 kB that nobody has ever used.",
					Fault.NONE)
			.in(SHORT_OF_MEMORY)
			.withTenants(150)
			.expecting(accurate())
			.expecting(logLines(60), wrongRejections(0.2), meanLatency(), memory(350));
	}

	static Experiment movedClock() {
		MovedClock clock = new MovedClock("d", Duration.ofHours(1));
		return Experiment.of("moved-clock", "The clock of d jumps ahead by an hour, and back.", clock)
			.in(FleetPlan.STANDARD.withEnvironment(clock::environment))
			.unless(MovedClock::obstacle)
			.expecting(accurate())
			.expecting(happened("seconds that the clock of d was ahead", 3500, (outcome) -> clock.ahead().toSeconds()))
			.expecting(logLines(60), drift(5), wrongRejections(0.2), levelsEqualSoonAfterHealing(), meanLatency(),
					p95Within30Millis());
	}

	/** The control, which must be found to fail. */
	static Experiment nothingShared() {
		return Experiment.control("control-nothing-shared", "The gateways share nothing. This control must end red.")
			.in(APART)
			.abortedBy(new KillSwitch(0.05, 1000))
			.expecting(accurate());
	}

	/** Another: the same, to be ended before it does more harm. */
	static Experiment nothingSharedButWatched() {
		return Experiment
			.control("control-kill-switch", "The gateways share nothing. The kill switch must end this control.")
			.in(APART)
			.expecting(accurate());
	}

	private static Hypothesis[] accurate() {
		return Stream
			.of(admitted("strict", 0.95, 1.05), admitted("bounded", 0.95, 1.05),
					admittedSinceFault("strict", 0.95, 1.05), admittedSinceFault("bounded", 0.95, 1.05),
					onlyAdmittedOrRejected(), levelsEqualInTheEnd())
			.toArray(Hypothesis[]::new);
	}

	private static Hypothesis messagesLost() {
		return happened("messages between gateways that were lost", 100, Outcome::lostMessages);
	}

}
