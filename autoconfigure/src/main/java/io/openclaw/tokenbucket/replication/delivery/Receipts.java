package io.openclaw.tokenbucket.replication.delivery;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

import org.jspecify.annotations.Nullable;

import io.openclaw.tokenbucket.replication.wire.MessageCodec;
import io.openclaw.tokenbucket.replication.wire.SequenceRange;

/**
 * Which batches of one peer have arrived: cumulatively, as in TCP, with those that came
 * out of order remembered. Mutable, confined to the replicating thread.
 */
public final class Receipts {

	public static final int MAX_RANGES_ASKED = MessageCodec.MAX_RANGES;

	private static final int MAX_RANGES_KEPT = 1_000;

	// Of an answer that is lost one time in five, more than two in a row seldom are.
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
	 * The peer says how far it has published.
	 * @return whether this reveals that something lacks
	 */
	public boolean announce(long last, long now) {
		boolean news = last > this.announced;
		this.announced = Math.max(this.announced, last);
		updateGap(now);
		return news && this.gap;
	}

	/**
	 * The peer says how far it has published, in a message younger than all before.
	 * Whoever spoke of more in its name lied, and then it is not known either what
	 * arrived of less.
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
	 * How many times longer to wait for an answer than the first time: whoever never
	 * answers may not hear, and is not to be asked a hundred times a second.
	 * @return a power of two
	 */
	public int patience() {
		return 1 << Math.max(0, Math.min(this.asks - HASTY_ASKS, MAX_DOUBLINGS));
	}

	/**
	 * When the present gap was first seen, or asked about last.
	 * @return nanoseconds, {@code null} without a gap
	 */
	public @Nullable Long gapSince() {
		return this.gap ? this.gapSince : null;
	}

	/**
	 * What to ask for again.
	 * @return the first few ranges that lack
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
