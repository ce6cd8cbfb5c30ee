package io.openclaw.tokenbucket.observability.metrics;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;

import io.openclaw.tokenbucket.replication.port.ReplicationListener;

/**
 * Counts and times what replication does. Thread-safe.
 */
public class ReplicationMetrics implements ReplicationListener {

	// What a receiver may say; counted from the start, for the first increase of a series
	// that begins with it is never seen.
	static final List<String> REASONS = List.of("contradiction", "count", "limit", "malformed", "outdated", "overfull",
			"overload", "oversized", "range", "room", "signature", "truncated", "unsigned", "version");

	private final MeterRegistry registry;

	private final NodeTags tags;

	private final Counter sentMessages;

	private final Counter sentBytes;

	private final Counter receivedMessages;

	private final Counter receivedBytes;

	private final Counter repairs;

	private final Timer publishing;

	private final Timer merging;

	private final Timer latency;

	private final Map<String, Counter> rejected = new ConcurrentHashMap<>();

	/**
	 * Creates the listener and registers its meters.
	 * @param registry where the meters are registered
	 * @param tags which node measures
	 */
	public ReplicationMetrics(MeterRegistry registry, NodeTags tags) {
		this.registry = registry;
		this.tags = tags;
		this.sentMessages = messages("sent");
		this.sentBytes = bytes("sent");
		this.receivedMessages = messages("received");
		this.receivedBytes = bytes("received");
		this.repairs = Counter.builder(TokenBucketMeterDocumentation.REPAIRS.getName())
			.description(TokenBucketMeterDocumentation.REPAIRS.description())
			.tags(tags.only())
			.register(registry);
		REASONS.forEach((reason) -> this.rejected.put(reason, rejectedMessages(reason)));
		this.publishing = timer(TokenBucketMeterDocumentation.SYNC_DURATION, Tags.empty(), DurationBuckets.BATCH);
		this.merging = timer(TokenBucketMeterDocumentation.MERGE_DURATION, tags.only(), DurationBuckets.BATCH);
		this.latency = timer(TokenBucketMeterDocumentation.SYNC_LATENCY, tags.only(), DurationBuckets.NETWORK);
	}

	@Override
	public void onSent(int bytes) {
		this.sentMessages.increment();
		this.sentBytes.increment(bytes);
	}

	@Override
	public void onReceived(int bytes) {
		this.receivedMessages.increment();
		this.receivedBytes.increment(bytes);
	}

	@Override
	public void onRejected(String reason) {
		this.rejected.computeIfAbsent(reason, this::rejectedMessages).increment();
	}

	@Override
	public void onBatchPublished(long nanos) {
		this.publishing.record(nanos, TimeUnit.NANOSECONDS);
	}

	@Override
	public void onBatchMerged(long nanos) {
		this.merging.record(nanos, TimeUnit.NANOSECONDS);
	}

	@Override
	public void onRoundTrip(Duration roundTrip) {
		this.latency.record(roundTrip.dividedBy(2));
	}

	@Override
	public void onRepair() {
		this.repairs.increment();
	}

	private Counter messages(String direction) {
		return Counter.builder(TokenBucketMeterDocumentation.MESSAGES.getName())
			.description(TokenBucketMeterDocumentation.MESSAGES.description())
			.tags(this.tags.and("direction", direction))
			.register(this.registry);
	}

	private Counter bytes(String direction) {
		return Counter.builder(TokenBucketMeterDocumentation.BYTES.getName())
			.description(TokenBucketMeterDocumentation.BYTES.description())
			.tags(this.tags.and("direction", direction))
			.register(this.registry);
	}

	private Counter rejectedMessages(String reason) {
		return Counter.builder(TokenBucketMeterDocumentation.REJECTED_MESSAGES.getName())
			.description(TokenBucketMeterDocumentation.REJECTED_MESSAGES.description())
			.tags(this.tags.and("reason", reason))
			.register(this.registry);
	}

	private Timer timer(TokenBucketMeterDocumentation meter, Tags timerTags, Duration[] buckets) {
		return Timer.builder(meter.getName())
			.description(meter.description())
			.tags(timerTags)
			.serviceLevelObjectives(buckets)
			.register(this.registry);
	}

}
