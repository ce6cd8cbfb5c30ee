package io.openclaw.tokenbucket.observability.audit;

import java.util.List;

import io.openclaw.tokenbucket.crdt.Limit;
import io.openclaw.tokenbucket.crdt.MemberId;
import io.openclaw.tokenbucket.limiter.decision.DecisionEvent;
import io.openclaw.tokenbucket.limiter.decision.SettlementEvent;
import io.openclaw.tokenbucket.limiter.limit.LimitChange;
import io.openclaw.tokenbucket.limiter.limit.LimitDefinition;
import io.openclaw.tokenbucket.replication.port.MembershipChanged;
import io.openclaw.tokenbucket.replication.port.ReplicationSettings;

/**
 * A line of a recording. Times are nanoseconds of the gateway's monotonic clock.
 */
sealed interface RecordedEvent {

	/**
	 * What kind of line it is.
	 * @return a constant of the format
	 */
	String kind();

	/**
	 * When it happened.
	 * @return nanoseconds
	 */
	long nanos();

	/**
	 * A member began to take part.
	 */
	record Start(String kind, long nanos, String node, long incarnation, int replicationFactor, long syncIntervalNanos,
			long memberTimeoutNanos, List<RecordedLimit> limits) implements RecordedEvent {

		static Start of(long nanos, MemberId self, ReplicationSettings settings, List<LimitDefinition> limits) {
			return new Start("start", nanos, self.node(), self.incarnation(), settings.replicationFactor(),
					settings.syncInterval().toNanos(), settings.memberTimeout().toNanos(),
					limits.stream().map(RecordedLimit::of).toList());
		}

	}

	/**
	 * A limit as it was at the start. Amounts are micro-tokens.
	 */
	record RecordedLimit(String name, long capacity, long initial, long refill, long refillPeriodNanos, long revision,
			String consistency, String mode) {

		static RecordedLimit of(LimitDefinition definition) {
			Limit limit = definition.limit();
			return new RecordedLimit(limit.name(), limit.capacity(), limit.initial(), limit.refillRate().microTokens(),
					limit.refillRate().periodNanos(), limit.revision(), definition.consistency().name(),
					definition.mode().name());
		}

	}

	/**
	 * A message arrived, possibly one of this member's own. JSON has its bytes as Base64.
	 */
	record Received(String kind, long nanos, int bus, byte[] bytes) implements RecordedEvent {

		static Received of(long nanos, int bus, byte[] bytes) {
			return new Received("received", nanos, bus, bytes);
		}

	}

	/**
	 * A request was decided. It was asked for {@code tookNanos} before. What it paid in
	 * advance is settled later.
	 */
	record Decided(String kind, long nanos, long tookNanos, String limit, String key, long tokens, String outcome,
			String reason, boolean inAdvance) implements RecordedEvent {

		static Decided of(long nanos, DecisionEvent event) {
			return new Decided("decision", nanos, event.nanos(), event.limit(), event.key(), event.tokens(),
					event.decision().outcome().name(), event.decision().reason().name(),
					event.decision().settlement() != null);
		}

	}

	/**
	 * A request was settled that had taken tokens in advance. Amounts are micro-tokens.
	 */
	record Settled(String kind, long nanos, String limit, String key, long reserved, long used, long refunded,
			long overdrawn) implements RecordedEvent {

		static Settled of(long nanos, SettlementEvent event) {
			return new Settled("settlement", nanos, event.limit(), event.key(), event.reserved(), event.used(),
					event.refunded(), event.overdrawn());
		}

	}

	/**
	 * A limit was changed through this member.
	 */
	record Edited(String kind, long nanos, String source, RecordedLimit limit) implements RecordedEvent {

		static Edited of(long nanos, LimitChange change) {
			return new Edited("limit", nanos, change.source().name(), RecordedLimit.of(change.to()));
		}

	}

	/**
	 * Micro-tokens were given back to a key through this member.
	 */
	record GivenBack(String kind, long nanos, String limit, String key, long microTokens) implements RecordedEvent {
	}

	/**
	 * Other members are counted or heard than before.
	 */
	record Members(String kind, long nanos, String state, int fleetSize, List<String> heard) implements RecordedEvent {

		static Members of(long nanos, MembershipChanged change) {
			return new Members("members", nanos, change.state().name(), change.fleetSize(),
					change.heard().stream().map(MemberId::toString).toList());
		}

	}

}
