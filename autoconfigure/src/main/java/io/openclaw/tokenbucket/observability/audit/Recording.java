package io.openclaw.tokenbucket.observability.audit;

import java.util.List;
import java.util.function.Consumer;
import java.util.function.Supplier;

import io.openclaw.tokenbucket.crdt.MemberId;
import io.openclaw.tokenbucket.limiter.NanoClock;
import io.openclaw.tokenbucket.limiter.decision.DecisionEvent;
import io.openclaw.tokenbucket.limiter.decision.DecisionListener;
import io.openclaw.tokenbucket.limiter.decision.SettlementEvent;
import io.openclaw.tokenbucket.limiter.limit.LimitChange;
import io.openclaw.tokenbucket.limiter.limit.LimitDefinition;
import io.openclaw.tokenbucket.limiter.port.LimitControlListener;
import io.openclaw.tokenbucket.replication.port.MembershipChanged;
import io.openclaw.tokenbucket.replication.port.ReplicationListener;
import io.openclaw.tokenbucket.replication.port.ReplicationSettings;
import io.openclaw.tokenbucket.replication.port.ReplicationTransport;

/**
 * Writes down what a member sees: messages that arrive, decisions, what is changed
 * through it, and who is heard. So that it can be played again in a simulation.
 * Thread-safe.
 */
public final class Recording implements DecisionListener, ReplicationListener, LimitControlListener {

	private final Consumer<Object> lines;

	private final NanoClock clock;

	private final ReplicationSettings settings;

	private final Supplier<List<LimitDefinition>> limits;

	/**
	 * Creates a recording.
	 * @param lines is given every line
	 * @param clock the clock of the limiter
	 * @param settings of replication
	 * @param limits as they are when the member starts
	 */
	public Recording(Consumer<Object> lines, NanoClock clock, ReplicationSettings settings,
			Supplier<List<LimitDefinition>> limits) {
		this.lines = lines;
		this.clock = clock;
		this.settings = settings;
		this.limits = limits;
	}

	/**
	 * The same transport, whose messages are recorded from its start.
	 * @param transport carries messages
	 * @return a transport
	 */
	public ReplicationTransport of(ReplicationTransport transport) {
		return new RecordedTransport(transport, this);
	}

	void start(MemberId self) {
		this.lines.accept(RecordedEvent.Start.of(this.clock.nanoTime(), self, this.settings, this.limits.get()));
	}

	void receive(int bus, byte[] message) {
		this.lines.accept(RecordedEvent.Received.of(this.clock.nanoTime(), bus, message));
	}

	@Override
	public void onDecision(DecisionEvent event) {
		this.lines.accept(RecordedEvent.Decided.of(this.clock.nanoTime(), event));
	}

	@Override
	public void onEdit(LimitChange change) {
		this.lines.accept(RecordedEvent.Edited.of(this.clock.nanoTime(), change));
	}

	@Override
	public void onGiveBack(String limit, String key, long microTokens) {
		this.lines.accept(new RecordedEvent.GivenBack("given back", this.clock.nanoTime(), limit, key, microTokens));
	}

	@Override
	public void onSettlement(SettlementEvent event) {
		this.lines.accept(RecordedEvent.Settled.of(this.clock.nanoTime(), event));
	}

	@Override
	public void onMembershipChange(MembershipChanged change) {
		this.lines.accept(RecordedEvent.Members.of(this.clock.nanoTime(), change));
	}

}
