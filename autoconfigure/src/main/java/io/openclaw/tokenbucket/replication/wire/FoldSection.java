package io.openclaw.tokenbucket.replication.wire;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;

import org.jspecify.annotations.Nullable;

import io.openclaw.tokenbucket.crdt.Fold;
import io.openclaw.tokenbucket.crdt.TokenBucketState;
import io.openclaw.tokenbucket.limiter.port.BucketUpdate;
import io.openclaw.tokenbucket.replication.port.MalformedMessageException;

/**
 * The section of messages that says what was folded of their buckets. Stateless and
 * thread-safe.
 */
final class FoldSection {

	/** Folds of some buckets of the same message, by their place. */
	static final long FOLDS = 4;

	private FoldSection() {
	}

	/**
	 * Adds the section, if anything was folded.
	 * @param buckets all buckets of the message, in order
	 * @param members writes who a member is
	 */
	static Sections write(Sections sections, List<BucketUpdate> buckets, MemberWriter members) {
		List<Integer> folded = new ArrayList<>();
		for (int i = 0; i < buckets.size(); i++) {
			if (buckets.get(i).state().fold().number() > 0) {
				folded.add(i);
			}
		}
		return folded.isEmpty() ? sections : sections.with(FOLDS, (out) -> {
			out.writeNumber(folded.size());
			folded.forEach((bucket) -> {
				out.writeNumber(bucket);
				write(buckets.get(bucket).state().fold(), members, out);
			});
		});
	}

	private static void write(Fold fold, MemberWriter members, WireWriter out) {
		out.writeNumber(fold.number());
		out.writeNumber(fold.tag());
		Counters.writeAmount(fold.consumed(), out);
		Counters.writeAmount(fold.returned(), out);
		Counters.writeAmount(fold.granted(), out);
		Fold.Baseline last = fold.last();
		out.writeByte((last != null) ? 1 : 0);
		if (last != null) {
			out.writeNumber(last.tag());
			Counters.writeBirths(last.consumed(), members, out);
			Counters.writeBirths(last.returned(), members, out);
			Counters.writeGranted(last.granted(), members, out);
		}
	}

	/**
	 * Reads the section.
	 * @param buckets how many there are in the message
	 * @param members reads who a member is
	 * @return folds by the place of their bucket, none if there is no section
	 */
	static Map<Integer, Fold> read(Sections sections, int buckets, MemberReader members)
			throws MalformedMessageException {
		Optional<WireReader> in = sections.find(FOLDS);
		if (in.isEmpty()) {
			return Map.of();
		}
		Map<Integer, Fold> folds = new HashMap<>();
		long last = -1;
		for (int left = in.get().readCount(); left > 0; left--) {
			long bucket = in.get().readNumber();
			if (bucket <= last || bucket >= buckets) {
				throw new MalformedMessageException("range");
			}
			last = bucket;
			folds.put((int) bucket, readFold(in.get(), members));
		}
		in.get().requireEnd();
		return folds;
	}

	/**
	 * Tells buckets what was folded of them.
	 * @param first the place of the first of them in the message
	 */
	static List<BucketUpdate> apply(Map<Integer, Fold> folds, List<BucketUpdate> buckets, int first) {
		return folds.isEmpty() ? buckets
				: IntStream.range(0, buckets.size())
					.mapToObj((i) -> under(folds.get(first + i), buckets.get(i)))
					.toList();
	}

	private static BucketUpdate under(@Nullable Fold fold, BucketUpdate bucket) {
		TokenBucketState state = bucket.state();
		return (fold == null) ? bucket : new BucketUpdate(bucket.key(),
				new TokenBucketState(state.consumed(), state.returned(), state.granted(), state.initial(), fold));
	}

	private static Fold readFold(WireReader in, MemberReader members) throws MalformedMessageException {
		return new Fold(in.readNumber(), in.readNumber(), Counters.readAmount(in), Counters.readAmount(in),
				Counters.readAmount(in), in.readFlag() ? readBaseline(in, members) : null);
	}

	private static Fold.Baseline readBaseline(WireReader in, MemberReader members) throws MalformedMessageException {
		return new Fold.Baseline(in.readNumber(), Counters.readBirths(members, in), Counters.readBirths(members, in),
				Counters.readGranted(members, in));
	}

}
