package io.openclaw.sample.chaos.experiment;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;

import org.jspecify.annotations.Nullable;

import io.openclaw.sample.chaos.experiment.Observer.AbortedException;
import io.openclaw.sample.chaos.fleet.Fleet;
import io.openclaw.sample.chaos.fleet.Levels;
import io.openclaw.sample.chaos.load.OpenLoad;
import io.openclaw.sample.chaos.load.Oracle.Account;
import io.openclaw.sample.chaos.load.Window;
import io.openclaw.sample.process.GatewayProcess;

/**
 * Runs one experiment: drains the buckets, measures without the fault, with it, and after
 * it. Not thread-safe.
 */
public final class ExperimentRun {

	private static final Duration TIME_TO_DRAIN = Duration.ofSeconds(60);

	private static final Duration TIME_TO_AGREE = Duration.ofSeconds(15);

	/** Requests that a perfect bucket has rejected. */
	private static final int SURELY_EMPTY = 20;

	private final Experiment experiment;

	private final Fleet fleet;

	private final Schedule schedule;

	private final Traffic traffic;

	private final OpenLoad load;

	private final Observer observer;

	private final List<Row> baselineRows = new ArrayList<>();

	private final List<Row> faultRows = new ArrayList<>();

	/**
	 * Prepares a run.
	 * @param experiment what is run
	 * @param fleet with whom
	 * @param schedule how long
	 * @param seed of the random numbers
	 */
	public ExperimentRun(Experiment experiment, Fleet fleet, Schedule schedule, long seed) {
		this.experiment = experiment;
		this.fleet = fleet;
		this.schedule = schedule;
		this.traffic = new Traffic(experiment.name(), experiment.tenantsPerSecond());
		this.load = new OpenLoad(fleet, this.traffic.streams(), seed);
		this.observer = new Observer(fleet, this.load, this.traffic);
	}

	/**
	 * Runs it.
	 * @return what happened
	 */
	public Outcome run() {
		try (this.load) {
			drain();
			Window baseline = this.load.beginPhase();
			@Nullable String aborted = observe(this.baselineRows, "baseline", this.schedule.baseline(), Fault.NONE,
					this.experiment.killSwitch());
			Map<String, Account> before = accounts();
			Map<GatewayProcess, Integer> linesBefore = lines();
			long lostBefore = this.fleet.network().lost();
			Window fault = this.load.beginPhase();
			CompletableFuture<Double> agreement = CompletableFuture.completedFuture(Double.NaN);
			if (aborted == null) {
				try {
					aborted = observe(this.faultRows, "fault", this.schedule.fault(), this.experiment.fault(),
							this.experiment.killSwitch());
				}
				finally {
					this.traffic.stopLedger();
					this.experiment.fault().heal(this.fleet);
				}
				agreement = agreement();
			}
			if (aborted == null) {
				aborted = observe(this.faultRows, "recovery", this.schedule.recovery(), Fault.NONE,
						this.experiment.killSwitch());
			}
			this.load.stop();
			Map<String, Account> whole = accounts();
			Map<String, Account> sinceFault = new LinkedHashMap<>();
			whole.forEach((limit, account) -> sinceFault.put(limit, account.since(before.get(limit))));
			return new Outcome(this.schedule, this.baselineRows, this.faultRows, baseline, fault, whole, sinceFault,
					agreement.join(), spreadInTheEnd(), linesSince(linesBefore),
					this.fleet.network().lost() - lostBefore, aborted);
		}
	}

	private void drain() {
		int callers = 2 * Fleet.MEMBERS.size();
		long end = System.nanoTime() + TIME_TO_DRAIN.toNanos();
		this.load.warmUp(callers, () -> isDrained() || System.nanoTime() - end > 0);
		this.load.start();
		// Gateways that were never asked for their state take long to answer first.
		observe(new ArrayList<>(), "warm-up", this.schedule.warmUp(), Fault.NONE, KillSwitch.NONE);
	}

	private boolean isDrained() {
		return accounts().values().stream().allMatch((account) -> account.sent() - account.ideal() > SURELY_EMPTY);
	}

	private @Nullable String observe(List<Row> rows, String phase, int seconds, Fault fault, KillSwitch killSwitch) {
		try {
			rows.addAll(this.observer.observe(phase, seconds, (second) -> fault.tick(this.fleet, second), killSwitch,
					rows));
			return null;
		}
		catch (AbortedException ex) {
			rows.addAll(ex.rows());
			return ex.getMessage();
		}
	}

	private Map<String, Account> accounts() {
		return this.traffic.oracles()
			.entrySet()
			.stream()
			.collect(Collectors.toMap(Map.Entry::getKey, (entry) -> entry.getValue().account()));
	}

	private Map<GatewayProcess, Integer> lines() {
		return Fleet.MEMBERS.stream()
			.map(this.fleet::gateway)
			.collect(Collectors.toMap((gateway) -> gateway, GatewayProcess::lines));
	}

	private int linesSince(Map<GatewayProcess, Integer> before) {
		return Fleet.MEMBERS.stream()
			.map(this.fleet::gateway)
			.filter(before::containsKey)
			.mapToInt((gateway) -> gateway.lines() - before.get(gateway))
			.max()
			.orElse(0);
	}

	/** From now until all gateways in service know the same level of the ledger. */
	private CompletableFuture<Double> agreement() {
		long healed = System.nanoTime();
		return CompletableFuture.supplyAsync(() -> {
			double spread = smallestSpread("ledger", this.traffic.ledgerKey(), Traffic.LEDGER_CAPACITY);
			return (spread <= 1) ? (System.nanoTime() - healed) / 1e9 : Double.NaN;
		});
	}

	private double spreadInTheEnd() {
		return this.traffic.oracles()
			.keySet()
			.stream()
			.mapToDouble((limit) -> smallestSpread(limit, this.traffic.hotKey(), Traffic.CAPACITY))
			.max()
			.orElse(Double.NaN);
	}

	/**
	 * Reads until gateways agree, since they refill while they are read. Those out of
	 * service need not.
	 */
	private double smallestSpread(String limit, String key, double capacity) {
		long end = System.nanoTime() + TIME_TO_AGREE.toNanos();
		double smallest = Double.NaN;
		do {
			Collection<String> members = this.fleet.inService();
			double spread = Levels.read(this.fleet, members, limit, key, capacity).join().spread();
			smallest = (Double.isNaN(smallest) || spread < smallest) ? spread : smallest;
			LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(20));
		}
		while (!(smallest <= 1) && System.nanoTime() - end < 0);
		return smallest;
	}

}
