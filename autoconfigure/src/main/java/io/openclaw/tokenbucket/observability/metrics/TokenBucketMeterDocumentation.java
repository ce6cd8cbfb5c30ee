package io.openclaw.tokenbucket.observability.metrics;

import java.util.stream.Stream;

import io.micrometer.common.docs.KeyName;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.docs.MeterDocumentation;
import org.jspecify.annotations.Nullable;

/**
 * All meters: names, units, tags and what they mean. The table of the guide is made of
 * them. Those that begin with {@code openclaw} have the {@link NodeTags} besides.
 */
enum TokenBucketMeterDocumentation implements MeterDocumentation {

	TOKENS_CURRENT("openclaw.bucket.tokens.current", Meter.Type.GAUGE, "tokens",
			"Lowest level that a request, or news of another gateway's spending, found since the last reading. It stays "
					+ "for 15 s after it was read first, so that several readers all see it. Not below 0; the capacity if "
					+ "there was neither",
			"bucket"),

	TOKENS_AVAILABLE("tokens.available", Meter.Type.GAUGE, "tokens",
			"Alias of openclaw_bucket_tokens_current, without node and region", "bucket"),

	DEPLETION_RATE("openclaw.token.depletion.rate", Meter.Type.GAUGE, "0 to 1",
			"1 - lowest level / capacity: 0 while buckets are full, 1 when one is empty", "bucket"),

	CAPACITY("openclaw.bucket.capacity", Meter.Type.GAUGE, "tokens", "The most that a bucket holds", "bucket"),

	REFILL_RATE("openclaw.bucket.refill.rate", Meter.Type.GAUGE, "tokens/s", "How fast a bucket refills", "bucket"),

	REFILL_FACTOR("openclaw.bucket.refill.factor", Meter.Type.GAUGE, "0 to 1",
			"Part of the rate that holds for the limit which its upstream bears, as far as refill adapts to that or advises "
					+ "it; 1 for other limits",
			"bucket"),

	REFILL_FROZEN("openclaw.bucket.refill.frozen", Meter.Type.GAUGE, "0 or 1",
			"1 while refill that adapts stays as it is, since a gateway is not heard or does not adapt the limit",
			"bucket"),

	CAPACITY_CONFIGURED("openclaw.bucket.capacity.configured", Meter.Type.GAUGE, "tokens",
			"Capacity that this gateway is configured with. It differs from the one in force while a limit was changed at "
					+ "run time, or a deployment is under way",
			"bucket"),

	REFILL_RATE_CONFIGURED("openclaw.bucket.refill.rate.configured", Meter.Type.GAUGE, "tokens/s",
			"Refill rate that this gateway is configured with. It differs from the one in force at the same times",
			"bucket"),

	CONFIGURATION_FOLLOWED("openclaw.bucket.configuration.followed", Meter.Type.GAUGE, "0 or 1",
			"1 while the limit is as this gateway is configured, 0 while it is not", "bucket"),

	KEYS_ACTIVE("openclaw.bucket.keys.active", Meter.Type.GAUGE, "buckets", "Buckets held in memory", "bucket"),

	OVERFLOW("openclaw.bucket.overflow", Meter.Type.COUNTER, "requests",
			"Requests for keys beyond openclaw.crdt.max-keys, which share one bucket", "bucket"),

	REQUESTS_PER_SECOND("openclaw.requests.per.second", Meter.Type.GAUGE, "requests/s",
			"Requests decided per second, admitted or not, since the newest reading that is at least 10 s old, or since "
					+ "start",
			"bucket"),

	REQUEST_RATE("request.rate", Meter.Type.GAUGE, "requests/s",
			"Alias of openclaw_requests_per_second, without node and region", "bucket"),

	DECISIONS("openclaw.rate.limit.decisions", Meter.Type.COUNTER, "requests",
			"Requests by what became of them: admitted; rejected; cost_above_capacity (rejected, and no wait would help); "
					+ "shadow_rejected (let through, but a limit in shadow mode would have rejected it, and no enforced one "
					+ "did); missing_key and circuit_open (answered before any bucket was asked). A request with several "
					+ "limits counts once in each",
			"bucket", "outcome"),

	VIOLATIONS("openclaw.rate.limit.violations", Meter.Type.COUNTER, "requests",
			"Requests that this limit itself rejected: exhausted; reduced_capacity (the tokens are held aside for members "
					+ "that are not heard); fallback (this gateway has spent its own part of a limit in fallback); "
					+ "unacknowledged (strict only); cost_above_capacity",
			"bucket", "reason"),

	TOKENS_RESERVED("openclaw.tokens.reserved", Meter.Type.COUNTER, "tokens",
			"Tokens that admitted requests took in advance of their costs", "bucket"),

	TOKENS_SETTLED("openclaw.tokens.settled", Meter.Type.COUNTER, "tokens",
			"Tokens that those requests have cost once that was known", "bucket"),

	TOKENS_REFUNDED("openclaw.tokens.refunded", Meter.Type.COUNTER, "tokens",
			"Reserved tokens that came back, since they were not needed", "bucket"),

	TOKENS_OVERDRAWN("openclaw.tokens.overdrawn", Meter.Type.COUNTER, "tokens",
			"Tokens that were consumed beyond what was reserved", "bucket"),

	TOKENS_UNPAID("openclaw.tokens.unpaid", Meter.Type.COUNTER, "tokens",
			"Tokens that were used beyond the overdraft, and that no bucket paid for", "bucket"),

	SETTLEMENTS("openclaw.settlements", Meter.Type.COUNTER, "requests",
			"Requests settled, by what was known of their costs: used (what the answer said); refunded (nothing was used, or "
					+ "it failed and is refunded); kept (nobody knows, it cost what it reserved)",
			"bucket", "outcome"),

	RESERVATIONS_OPEN("openclaw.reservations.open", Meter.Type.GAUGE, "requests",
			"Requests under way that have reserved tokens and are not settled", "bucket"),

	DECISION_TIME("openclaw.rate.limit.decision", Meter.Type.TIMER, "seconds",
			"From the question to the final answer, waiting for acknowledgements included", "bucket"),

	DRIFT("openclaw.token.bucket.drift", Meter.Type.GAUGE, "tokens",
			"What other gateways spent beyond the rules since start", "bucket"),

	DRIFT_ALIAS("token.drift", Meter.Type.GAUGE, "tokens",
			"Alias of openclaw_token_bucket_drift, without node and region", "bucket"),

	DRIFT_RATIO("openclaw.token.bucket.drift.ratio", Meter.Type.GAUGE, "part of the capacity",
			"What other gateways spent beyond the rules in about the last second, in the bucket that drifts most",
			"bucket"),

	FALLBACK_ACTIVE("openclaw.fallback.active", Meter.Type.GAUGE, "0 or 1",
			"1 while this gateway spends only its own part of the limit", "bucket"),

	CIRCUIT_STATE("openclaw.circuit.state", Meter.Type.GAUGE, "0, 1 or 2",
			"Circuit of a route: 0 closed, 1 half-open, 2 open. There from the start for each route with a latency "
					+ "threshold",
			"route"),

	PLAN_LOOKUPS("openclaw.plan.lookups", Meter.Type.COUNTER, "lookups",
			"Plans that a PlanResolver was asked for: held (an answer was known), resolved, or failed (an error, or no "
					+ "answer in time)",
			"result"),

	PLAN_UNKNOWN("openclaw.plan.unknown", Meter.Type.COUNTER, "requests",
			"Requests under a plan that their limit does not have; they have the quota of the limit itself"),

	PLAN_FILE_KEYS("openclaw.plan.file.keys", Meter.Type.GAUGE, "keys",
			"Keys that the file of plans lists, as this gateway follows it; 0 without a file"),

	PLAN_FILE_VALID("openclaw.plan.file.valid", Meter.Type.GAUGE, "0 or 1",
			"0 while the file of plans has a mistake or cannot be read, and its last good version counts"),

	MEMBERS("openclaw.crdt.members", Meter.Type.GAUGE, "members",
			"Members of the fleet as seen from here: heard (this one included) and unheard, together the fleet size; "
					+ "joining; leaving",
			"state"),

	FLEET_STATE("openclaw.crdt.fleet.state", Meter.Type.GAUGE, "0 or 1",
			"1 for the state in which this gateway sees the fleet: healthy, joining, degraded, isolated, refused or "
					+ "replaced",
			"state"),

	BUS_CONNECTED("openclaw.crdt.bus.connected", Meter.Type.GAUGE, "0 or 1", "1 while this Redis carries messages",
			"bus"),

	FAILED_PUBLISHES("openclaw.crdt.failed.publishes", Meter.Type.COUNTER, "messages",
			"Messages that could not be published since this Redis was connected first", "bus"),

	REPLICATION_LAG("openclaw.crdt.replication.lag", Meter.Type.GAUGE, "seconds",
			"Age of the oldest spending here that some heard member has not acknowledged"),

	SYNC_LATENCY("openclaw.crdt.sync.latency", Meter.Type.TIMER, "seconds",
			"Half a measured round trip to another member"),

	SYNC_DURATION("crdt.sync.duration", Meter.Type.TIMER, "seconds", "Building and publishing a batch"),

	MERGE_DURATION("openclaw.crdt.merge.duration", Meter.Type.TIMER, "seconds", "Merging a batch of another member"),

	MESSAGES("openclaw.crdt.messages", Meter.Type.COUNTER, "messages",
			"Messages exchanged with other members: sent and received", "direction"),

	BYTES("openclaw.crdt.bytes", Meter.Type.COUNTER, "bytes",
			"Size of messages exchanged with other members: sent and received", "direction"),

	REJECTED_MESSAGES("openclaw.crdt.rejected.messages", Meter.Type.COUNTER, "messages",
			"Messages dropped as invalid: unsigned or signature (a gateway with no or another secret, or a stranger); "
					+ "overload (more arrives than can be read); limit (a bucket of an unknown limit); room (a bucket beyond "
					+ "openclaw.crdt.max-keys); overfull (a bucket with too many entries, or amounts too large); outdated "
					+ "(a bucket of a gateway that was away for several folds); or what is wrong with their content. Every reason is there from the start "
					+ "with 0",
			"reason"),

	REPAIRS("openclaw.crdt.repairs", Meter.Type.COUNTER, "batches",
			"Batches sent again and digests repaired because a member lacked state"),

	STATE("openclaw.crdt.state", Meter.Type.GAUGE, "bytes",
			"What buckets take: in memory, estimated from a sample; in redis, as the server told at the last write, 0 if "
					+ "it does not say",
			"store"),

	AUDIT_LINES("openclaw.audit.lines", Meter.Type.COUNTER, "lines",
			"Lines of the audit of consumptions, written and dropped; there if it is on", "state");

	private final String name;

	private final Meter.Type type;

	private final String unit;

	private final String description;

	private final String[] tags;

	TokenBucketMeterDocumentation(String name, Meter.Type type, String unit, String description, String... tags) {
		this.name = name;
		this.type = type;
		this.unit = unit;
		this.description = description;
		this.tags = tags;
	}

	@Override
	public String getName() {
		return this.name;
	}

	@Override
	public Meter.Type getType() {
		return this.type;
	}

	// Prometheus makes a base unit a part of the name, so the others have none.
	@Override
	public @Nullable String getBaseUnit() {
		return (this.unit.equals("bytes") || this.unit.equals("seconds")) ? this.unit : null;
	}

	@Override
	public KeyName[] getKeyNames() {
		return Stream.of(this.tags).map(TokenBucketMeterDocumentation::key).toArray(KeyName[]::new);
	}

	/**
	 * In which unit it is read.
	 * @return for people
	 */
	String unit() {
		return this.unit;
	}

	/**
	 * What it means.
	 * @return for people; the first letter is a capital, there is no stop at the end
	 */
	String description() {
		return this.description;
	}

	private static KeyName key(String tag) {
		return () -> tag;
	}

}
