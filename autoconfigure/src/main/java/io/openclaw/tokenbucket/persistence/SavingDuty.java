package io.openclaw.tokenbucket.persistence;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Set;

import org.jspecify.annotations.Nullable;

import io.openclaw.tokenbucket.crdt.MemberId;
import io.openclaw.tokenbucket.limiter.membership.MembershipView;
import io.openclaw.tokenbucket.limiter.port.BucketKey;
import io.openclaw.tokenbucket.limiter.port.UnsavedBuckets;

/**
 * The changed buckets that fall to this member to save. Those that fall to another are
 * kept for a while: if it is lost before it saved them, somebody else does. Mutable, for
 * one thread.
 */
final class SavingDuty {

	// Longer than a deputy with a million buckets takes.
	static final Duration KEPT = Duration.ofMinutes(1);

	// So that a page takes no longer where most buckets fall to others.
	private static final int LOOKED_AT_FOR_EACH = 25;

	private final UnsavedBuckets unsaved;

	// To be looked at again: they may have become this member's.
	private final Deque<Iterator<BucketKey>> doubtful = new ArrayDeque<>();

	private Deputies deputies;

	// Of others, by when they changed.
	private Set<BucketKey> recent = new HashSet<>();

	private Set<BucketKey> earlier = new HashSet<>();

	private long turnedAt;

	SavingDuty(UnsavedBuckets unsaved, MemberId self, long now) {
		this.unsaved = unsaved;
		this.deputies = new Deputies(self, List.of(self));
		this.turnedAt = now;
	}

	/**
	 * Takes over who is there.
	 */
	void follow(MembershipView view, long now) {
		if (!view.self().equals(this.deputies.self()) || !view.heard().equals(this.deputies.heard())) {
			this.deputies = new Deputies(view.self(), view.heard());
			doubtAll();
		}
		if (now - this.turnedAt > KEPT.toNanos()) {
			this.turnedAt = now;
			this.earlier = this.recent;
			this.recent = new HashSet<>();
		}
	}

	/**
	 * Takes over what falls to others as well, as they may be about to end too.
	 */
	void saveAll() {
		this.deputies = new Deputies(this.deputies.self(), List.of(this.deputies.self()));
		doubtAll();
	}

	/**
	 * Takes over buckets that changed at any time.
	 * @param keys is walked little by little
	 */
	void saveAgain(Iterator<BucketKey> keys) {
		this.doubtful.add(keys);
	}

	/**
	 * Takes some buckets that this member is to save.
	 * @param most how many at most
	 * @return their keys
	 */
	List<BucketKey> take(int most) {
		List<BucketKey> taken = new ArrayList<>();
		for (int left = LOOKED_AT_FOR_EACH * most; left > 0 && taken.size() < most; left--) {
			BucketKey key = next();
			if (key == null) {
				return taken;
			}
			if (this.deputies.isOwn(key)) {
				taken.add(key);
			}
			else {
				this.recent.add(key);
			}
		}
		return taken;
	}

	/**
	 * Whether everything that changed was taken, or falls to others.
	 */
	boolean isDone() {
		return !hasDoubtful() && this.unsaved.isEmpty();
	}

	private @Nullable BucketKey next() {
		return hasDoubtful() ? this.doubtful.element().next() : this.unsaved.takeOne();
	}

	private boolean hasDoubtful() {
		while (!this.doubtful.isEmpty() && !this.doubtful.element().hasNext()) {
			this.doubtful.remove();
		}
		return !this.doubtful.isEmpty();
	}

	private void doubtAll() {
		saveAgain(this.earlier.iterator());
		saveAgain(this.recent.iterator());
		this.earlier = new HashSet<>();
		this.recent = new HashSet<>();
	}

}
