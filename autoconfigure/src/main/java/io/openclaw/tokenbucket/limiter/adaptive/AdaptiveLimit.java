package io.openclaw.tokenbucket.limiter.adaptive;

import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Consumer;

import org.jspecify.annotations.Nullable;

import io.openclaw.tokenbucket.crdt.MemberId;
import io.openclaw.tokenbucket.limiter.adaptive.AdaptiveStatus.Phase;
import io.openclaw.tokenbucket.limiter.bucket.ActiveLimit;
import io.openclaw.tokenbucket.limiter.store.LimitChanges;
import io.openclaw.tokenbucket.limiter.store.LimitRegistry;

/**
 * The steps of one limit at this member. During a step each member counts what it sees.
 * Once it knows what all have seen, it makes the register of the next step, as all others
 * do. Confined to the replicating thread, but for meter and status.
 */
final class AdaptiveLimit {

	private static final long STEP_NANOS = Duration.ofSeconds(1).toNanos();

	private static final double WHOLE = ActiveLimit.WHOLE;

	private final String name;

	private final LimitRegistry limits;

	private final LimitChanges changes;

	private final Consumer<AdaptiveRateChanged> listener;

	private final UpstreamMeter meter = new UpstreamMeter();

	private final Map<MemberId, Observation> others = new HashMap<>();

	private volatile AdaptiveRefill settings;

	private volatile AdaptiveRate rate = AdaptiveRate.startingAt(ActiveLimit.WHOLE);

	private volatile boolean frozen = true;

	private @Nullable Observation own;

	private Observation openedWith = Observation.NONE;

	private long openedAt;

	private long definition;

	private long steppedAt;

	AdaptiveLimit(String name, AdaptiveRefill settings, LimitRegistry limits, LimitChanges changes,
			Consumer<AdaptiveRateChanged> listener, long now) {
		this.name = name;
		this.settings = settings;
		this.limits = limits;
		this.changes = changes;
		this.listener = listener;
		followDefinition(now);
	}

	void configure(AdaptiveRefill newSettings) {
		this.settings = newSettings;
	}

	UpstreamMeter meter() {
		return this.meter;
	}

	RateReport report() {
		return new RateReport(this.name, this.definition, this.rate, this.own);
	}

	AdaptiveStatus status() {
		AdaptiveRate current = this.rate;
		Phase phase = this.frozen ? Phase.FROZEN : current.isCongested() ? Phase.CONGESTED : Phase.GROWING;
		return new AdaptiveStatus(phase, this.settings.applied(), current.factor() / WHOLE,
				this.settings.floor() / WHOLE, current.step(),
				(current.baseline() == 0) ? null : Duration.ofNanos(current.baseline() * 1000));
	}

	/**
	 * Takes in what a peer says. What belongs to another definition says nothing.
	 */
	void learn(MemberId from, RateReport report, long now) {
		followDefinition(now);
		if (report.definition() != this.definition || !report.rate().isInRange()) {
			return;
		}
		AdaptiveRate merged = this.rate.merge(report.rate());
		if (merged != this.rate) {
			follow(merged, now);
		}
		if (report.observation() != null && report.rate().step() == this.rate.step()) {
			this.others.put(from, report.observation());
		}
	}

	boolean isDue(int peers, long now) {
		return (this.own == null) ? isLongEnough(now) : this.others.size() >= peers;
	}

	private boolean isLongEnough(long now) {
		return now - this.steppedAt >= STEP_NANOS;
	}

	/**
	 * Ends a step if it is over here and everywhere.
	 * @param complete whether all members are heard
	 * @param peers the other members that have the limit
	 */
	void advance(boolean complete, Collection<MemberId> peers, long now) {
		followDefinition(now);
		this.changes.adapt(this.settings.limits(), inForce(), now);
		if (!complete) {
			this.frozen = true;
			if (this.own == null) {
				// What a part of the fleet sends says little about the whole.
				open(now);
			}
			return;
		}
		if (this.own == null && isLongEnough(now)) {
			this.own = this.meter.total().since(this.openedWith, (now - this.openedAt) / 1000);
		}
		boolean known = this.own != null && this.others.keySet().containsAll(peers);
		this.frozen = !known && now - this.steppedAt > 5 * STEP_NANOS;
		if (known) {
			Observation all = peers.stream().map(this.others::get).reduce(this.own, Observation::plus);
			follow(RateController.next(this.rate, all, this.settings.floor()), now);
		}
	}

	/**
	 * Has the limit refill as configured.
	 */
	void end(long now) {
		this.changes.adapt(this.settings.limits(), ActiveLimit.WHOLE, now);
	}

	private long inForce() {
		AdaptiveRefill current = this.settings;
		return current.applied() ? Math.max(current.floor(), this.rate.factor()) : ActiveLimit.WHOLE;
	}

	private void follow(AdaptiveRate next, long now) {
		AdaptiveRate before = this.rate;
		this.rate = next;
		this.own = null;
		this.others.clear();
		this.steppedAt = now;
		if (!next.partial()) {
			open(now);
		}
		this.meter.bear(RateController.bearableMicros(next));
		if (next.factor() != before.factor()) {
			this.changes.adapt(this.settings.limits(), inForce(), now);
			this.listener.accept(new AdaptiveRateChanged(this.name, before.factor() / WHOLE, next.factor() / WHOLE,
					this.settings.applied()));
		}
	}

	private void open(long now) {
		this.openedWith = this.meter.total();
		this.openedAt = now;
	}

	// A limit that changes goes on at the rate that it had, as far as that is allowed.
	private void followDefinition(long now) {
		ActiveLimit active = this.limits.active(this.name);
		long followed = active.definition().fingerprint();
		if (followed != this.definition) {
			this.definition = followed;
			follow(AdaptiveRate.startingAt(Math.max(this.settings.floor(), active.factor())), now);
		}
	}

}
