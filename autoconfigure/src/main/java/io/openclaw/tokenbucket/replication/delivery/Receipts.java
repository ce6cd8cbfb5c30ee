package io.openclaw.tokenbucket.replication.delivery;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

import org.jspecify.annotations.Nullable;

import io.openclaw.tokenbucket.replication.wire.MessageCodec;
import io.openclaw.tokenbucket.replication.wire.SequenceRange;

/**
 * Tracks which batches of one peer have arrived: cumulatively, as in TCP, and with a list
 * of those out of order. Mutable, confined to the replicating thread.
 */
public final class Receipts {

	public static final int MAX_RANGES_ASKED = MessageCodec.MAX_RANGES;

	private static final int MAX_RANGES_KEPT = 1_000;

	// If one answer in five is lost, three in a row seldom are.
	private static final int HASTY_ASKS = 3;

	private static final int MAX_DOUBLINGS = 6;

	// Out of order, by first number, not overlapping.
	private final TreeMap<Long, Long> later = new TreeMap<>();

	private long upTo;

	private long announced;

	private long gapSince;

	private boolean gap;

	private int asks;

	/**
	 * Creates receipts.
	 * @param upTo which batches need not arrive
	 */
	public Receipts(long upTo) {
		this.upTo = upTo;
		this.announced = upTo;
	}

	public long upTo() {
		return this.upTo;
	}

	public boolean isComplete() {
		return this.upTo >= this.announced;
	}

	/**
	 * The peer announces the number of its last batch.
	 * @return whether this reveals a missing batch
	 */
	public boolean announce(long last, long now) {
		boolean news = last > this.announced;
		this.announced = Math.max(this.announced, last);
		updateGap(now);
		return news && this.gap;
	}

	/**
	 * The peer announces the number of its last batch, in its latest message. If another
	 * message announced a higher number in its name, that message was forged. Then the
	 * batches below are doubtful too.
	 */
	public void correct(long last, long now) {
		if (last >= this.announced) {
			return;
		}
		this.announced = last;
		this.later.tailMap(last, false).clear();
		this.later.replaceAll((from, to) -> Math.min(to, last));
		if (last < this.upTo) {
			this.upTo = 0;
			this.later.clear();
		}
		updateGap(now);
	}

	/**
	 * Batches have arrived.
	 */
	public void receive(long first, long last, long now) {
		this.announced = Math.max(this.announced, last);
		if (last > this.upTo) {
			this.later.merge(first, last, Math::max);
			this.asks = 0;
		}
		while (!this.later.isEmpty() && this.later.firstKey() <= this.upTo + 1) {
			this.upTo = Math.max(this.upTo, this.later.pollFirstEntry().getValue());
		}
		if (this.later.size() > MAX_RANGES_KEPT) {
			this.later.pollLastEntry();
		}
		updateGap(now);
	}

	/**
	 * The factor by which to wait longer for an answer than the first time. A peer that
	 * never answers may not hear, and must not be asked a hundred times a second.
	 * @return a power of two
	 */
	public int patience() {
		return 1 << Math.max(0, Math.min(this.asks - HASTY_ASKS, MAX_DOUBLINGS));
	}

	/**
	 * When the present gap was found, or last asked about.
	 * @return nanoseconds, {@code null} without a gap
	 */
	public @Nullable Long gapSince() {
		return this.gap ? this.gapSince : null;
	}

	/**
	 * The ranges to ask for again.
	 * @return the first few missing ranges
	 */
	public List<SequenceRange> ask(long now) {
		this.gapSince = now;
		this.asks++;
		List<SequenceRange> missing = new ArrayList<>();
		long next = this.upTo + 1;
		for (Map.Entry<Long, Long> range : this.later.entrySet()) {
			if (missing.size() == MAX_RANGES_ASKED) {
				return missing;
			}
			if (range.getKey() > next) {
				missing.add(new SequenceRange(next, range.getKey() - 1));
			}
			next = Math.max(next, range.getValue() + 1);
		}
		if (next <= this.announced && missing.size() < MAX_RANGES_ASKED) {
			missing.add(new SequenceRange(next, this.announced));
		}
		return missing;
	}

	private void updateGap(long now) {
		boolean hadGap = this.gap;
		this.gap = !isComplete();
		if (this.gap && !hadGap) {
			this.gapSince = now;
			this.asks = 0;
		}
	}

}
