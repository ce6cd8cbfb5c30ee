package io.openclaw.tokenbucket.limiter.adaptive;

import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Consumer;

import org.jspecify.annotations.Nullable;

import io.openclaw.tokenbucket.crdt.MemberId;
import io.openclaw.tokenbucket.limiter.store.LimitChanges;
import io.openclaw.tokenbucket.limiter.store.LimitRegistry;

/**
 * The limits whose refill rates follow their upstreams; none unless configured.
 * Thread-safe, except that {@link #learn}, {@link #advance} and {@link #reports} are for
 * one replicating thread. Times are nanoseconds of the clock of the limiter.
 */
public final class AdaptiveLimits {

	private final LimitRegistry limits;

	private final LimitChanges changes;

	private volatile SortedMap<String, AdaptiveLimit> byName = Collections.emptySortedMap();

	private volatile Consumer<AdaptiveRateChanged> listener = (change) -> {
	};

	/**
	 * Creates none.
	 * @param limits whose rates they change
	 * @param changes changes them
	 */
	public AdaptiveLimits(LimitRegistry limits, LimitChanges changes) {
		this.limits = limits;
		this.changes = changes;
	}

	/**
	 * Has just these limits adapt from now on. The others refill as configured.
	 * @param settings by the name of a limit that is configured here
	 * @param now the current time
	 */
	public synchronized void configure(Map<String, AdaptiveRefill> settings, long now) {
		SortedMap<String, AdaptiveLimit> before = this.byName;
		SortedMap<String, AdaptiveLimit> after = new TreeMap<>();
		settings.forEach((name, own) -> {
			AdaptiveLimit limit = before.get(name);
			if (limit == null) {
				limit = new AdaptiveLimit(name, own, this.limits, this.changes,
						(change) -> this.listener.accept(change), now);
			}
			limit.configure(own);
			after.put(name, limit);
		});
		this.byName = Collections.unmodifiableSortedMap(after);
		before.forEach((name, limit) -> {
			if (!after.containsKey(name)) {
				limit.end(now);
			}
		});
	}

	/**
	 * Sets who is told of rates that change.
	 * @param changeListener replaces the one before; is called on the replicating thread
	 */
	public void reportChangesTo(Consumer<AdaptiveRateChanged> changeListener) {
		this.listener = changeListener;
	}

	/**
	 * What counts the requests that are forwarded under a limit.
	 * @param limit the name of the limit
	 * @return the meter, {@code null} if the limit does not adapt
	 */
	public @Nullable UpstreamMeter meter(String limit) {
		AdaptiveLimit adaptive = this.byName.get(limit);
		return (adaptive != null) ? adaptive.meter() : null;
	}

	/**
	 * Whether no limit adapts. Quick.
	 * @return {@code true} unless configured
	 */
	public boolean isEmpty() {
		return this.byName.isEmpty();
	}

	/**
	 * The names of the limits that adapt.
	 * @return names in order
	 */
	public Collection<String> names() {
		return this.byName.keySet();
	}

	/**
	 * How the rate of a limit follows its upstream.
	 * @param limit the name of the limit
	 * @return the status, empty if the limit does not adapt
	 */
	public Optional<AdaptiveStatus> status(String limit) {
		return Optional.ofNullable(this.byName.get(limit)).map(AdaptiveLimit::status);
	}

	/**
	 * Takes in what a peer says of a limit. Nothing happens if it does not adapt here.
	 * @param from the peer
	 * @param report what it says
	 * @param now the current time
	 */
	public void learn(MemberId from, RateReport report, long now) {
		AdaptiveLimit limit = this.byName.get(report.limit());
		if (limit != null) {
			limit.learn(from, report, now);
		}
	}

	/**
	 * Whether {@link #advance} may have something to do. Quick.
	 * @param limit the name of a limit
	 * @param peers how many other members there are
	 * @param now the current time
	 * @return {@code true} if the step has lasted long enough here, and as many have said
	 * what they saw where this member has
	 */
	public boolean isDue(String limit, int peers, long now) {
		AdaptiveLimit adaptive = this.byName.get(limit);
		return adaptive != null && adaptive.isDue(peers, now);
	}

	/**
	 * Ends the step of a limit if it is over here and everywhere.
	 * @param limit the name of a limit that adapts
	 * @param complete whether all members are heard; otherwise the rate stays
	 * @param peers the other members that have the limit, each of which must have said
	 * what it saw
	 * @param now the current time
	 */
	public void advance(String limit, boolean complete, Collection<MemberId> peers, long now) {
		AdaptiveLimit adaptive = this.byName.get(limit);
		if (adaptive != null) {
			adaptive.advance(complete, peers, now);
		}
	}

	/**
	 * What this member has to say.
	 * @return a report for each limit
	 */
	public List<RateReport> reports() {
		return this.byName.values().stream().map(AdaptiveLimit::report).toList();
	}

}
