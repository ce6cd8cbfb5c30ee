package io.openclaw.tokenbucket.replication.wire;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Supplier;
import java.util.stream.Stream;

import io.openclaw.tokenbucket.crdt.Birth;
import io.openclaw.tokenbucket.crdt.Fold;
import io.openclaw.tokenbucket.crdt.GCounter;
import io.openclaw.tokenbucket.crdt.MemberId;
import io.openclaw.tokenbucket.crdt.MicroTokens;
import io.openclaw.tokenbucket.crdt.TokenBucketState;
import io.openclaw.tokenbucket.limiter.port.BucketKey;
import io.openclaw.tokenbucket.limiter.port.BucketUpdate;
import io.openclaw.tokenbucket.replication.port.Standing;
import io.openclaw.tokenbucket.replication.wire.Announcement.AnnouncedLimit;
import io.openclaw.tokenbucket.replication.wire.Message.Listing;

/**
 * Messages of every shape that members may send, by a seed.
 */
public final class RandomMessages {

	private static final String[] TEXTS = { "rating", "4711", "Zürich", "世界", "a b\n", "😀", "x".repeat(300) };

	private final Random random;

	// Announced by each.
	private final List<MemberId> fleet;

	public RandomMessages(long seed) {
		this.random = new Random(seed);
		this.fleet = Stream.generate(this::stranger).limit(8).sorted().toList();
	}

	public Message next() {
		Message.Batch batch = flip() ? new Message.Batch(range(), list(this::bucket)) : null;
		int parts = 1 + this.random.nextInt(200);
		Message.Transfer transfer = flip() ? new Message.Transfer(Math.max(1, number()), this.random.nextInt(parts),
				parts, number(), list(this::bucket)) : null;
		Map<String, Long> ages = new LinkedHashMap<>();
		list(this::text).forEach((limit) -> ages.put(limit, number()));
		return new Message(member(), standing(), number(), number(), flip(), flip(), announcement(ages.keySet()), ages,
				peers(), flip() ? this.random.nextLong() : null, batch, transfer, sections());
	}

	private Announcement announcement(Set<String> names) {
		Map<String, AnnouncedLimit> limits = new LinkedHashMap<>();
		names.forEach((limit) -> limits.put(limit,
				new AnnouncedLimit(this.random.nextLong(), flip() ? this.random.nextLong() : null)));
		return new Announcement(flip() ? text() : null, Duration.ofNanos(number()), this.fleet, limits);
	}

	public BucketUpdate bucket() {
		boolean overflow = this.random.nextInt(10) == 0;
		Map<MemberId, Long> granted = new TreeMap<>();
		long each = amount();
		list(this::member).forEach((member) -> granted.put(member, flip() ? each : amount()));
		return new BucketUpdate(new BucketKey(text(), overflow ? "" : text(), overflow),
				new TokenBucketState(births(), births(), GCounter.of(granted), number(), fold()));
	}

	private Fold fold() {
		if (this.random.nextInt(3) > 0) {
			return Fold.NONE;
		}
		Map<MemberId, Long> granted = new TreeMap<>();
		list(this::member).forEach((member) -> granted.put(member, amount()));
		return new Fold(1 + number() / 2, number(), number(), number(), number(),
				flip() ? new Fold.Baseline(number(), births(), births(), GCounter.of(granted)) : null);
	}

	private Sections sections() {
		Sections sections = Sections.NONE;
		for (String content : list(this::text)) {
			// What it means is known of the first.
			sections = sections.with(5 + this.random.nextInt(Sections.SIGNATURE - 5), (out) -> out.writeText(content));
		}
		return sections;
	}

	private GCounter<Birth> births() {
		Map<Birth, Long> births = new TreeMap<>();
		list(this::member).forEach((member) -> births.put(new Birth(member, number()), amount()));
		return GCounter.of(births);
	}

	// Mere acknowledgements come last.
	private List<Message.PeerReport> peers() {
		List<Message.PeerReport> peers = list(this::peer);
		list(this::member).forEach((member) -> peers.add(Message.PeerReport.acknowledgement(member, number())));
		return peers;
	}

	private Message.PeerReport peer() {
		Message.Receipt receipt = new Message.Receipt(number(), list(this::range), number(), number(), number());
		return new Message.PeerReport(member(), new Listing(standing(), flip()), flip(), flip() ? receipt : null);
	}

	private SequenceRange range() {
		long first = 1 + number() / 2;
		return new SequenceRange(first, first + number() / 2);
	}

	private MemberId member() {
		return (this.random.nextInt(4) == 0) ? stranger() : this.fleet.get(this.random.nextInt(this.fleet.size()));
	}

	private MemberId stranger() {
		return new MemberId("node-" + this.random.nextInt(20), number());
	}

	private Standing standing() {
		return Standing.values()[this.random.nextInt(Standing.values().length)];
	}

	private String text() {
		return TEXTS[this.random.nextInt(TEXTS.length)];
	}

	// Small and large ones alike.
	private long number() {
		return this.random.nextLong() >>> (2 + this.random.nextInt(62));
	}

	// So that a sum of a few is still an amount; and never zero, which is no entry.
	private long amount() {
		return flip() ? 1 + number() / 16 : MicroTokens.ofTokens(1 + this.random.nextInt(1_000));
	}

	private boolean flip() {
		return this.random.nextBoolean();
	}

	private <T> List<T> list(Supplier<T> element) {
		List<T> elements = new ArrayList<>();
		for (int left = this.random.nextInt(5); left > 0; left--) {
			elements.add(element.get());
		}
		return elements;
	}

}
