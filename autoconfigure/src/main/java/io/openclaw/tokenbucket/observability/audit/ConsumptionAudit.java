package io.openclaw.tokenbucket.observability.audit;

import java.math.BigDecimal;
import java.time.InstantSource;
import java.util.concurrent.atomic.AtomicLong;

import io.openclaw.tokenbucket.crdt.Birth;
import io.openclaw.tokenbucket.limiter.port.BucketKey;
import io.openclaw.tokenbucket.limiter.port.SpendingListener;

/**
 * Writes down everything that this member consumes, with a running number: a number that
 * is missing was dropped or lost, one that appears twice was counted twice. Thread-safe.
 */
public final class ConsumptionAudit implements SpendingListener {

	private static final int MICRO = 6;

	private final JsonLines lines;

	private final InstantSource clock;

	private final AtomicLong number = new AtomicLong();

	/**
	 * Creates an audit.
	 * @param lines where it is written
	 * @param clock stamps consumptions
	 */
	public ConsumptionAudit(JsonLines lines, InstantSource clock) {
		this.lines = lines;
		this.clock = clock;
	}

	@Override
	public void onSpent(BucketKey bucket, Birth birth, long amount) {
		this.lines.add(new Consumption(this.number.incrementAndGet(), this.clock.instant(), birth.member().toString(),
				birth.number(), bucket.limit(), bucket.overflow() ? null : bucket.key(),
				BigDecimal.valueOf(amount, MICRO)));
	}

}
