package io.openclaw.tokenbucket.limiter.rule;

import java.util.function.Supplier;

import org.jspecify.annotations.Nullable;

import io.openclaw.tokenbucket.crdt.Birth;
import io.openclaw.tokenbucket.crdt.Fold;
import io.openclaw.tokenbucket.crdt.TokenBucketState;
import io.openclaw.tokenbucket.limiter.membership.MembershipView;

/**
 * The folds of a replica: it folds where that falls to this member, and follows the folds
 * of others. Times are nanoseconds of one clock. Mutable, confined to its bucket.
 */
public final class FoldedReplica {

	private final LocalReplica replica;

	private long foldedAt;

	private @Nullable Lack lack;

	public FoldedReplica(LocalReplica replica) {
		this.replica = replica;
	}

	/**
	 * Brings the state here and another replica's under one fold, the larger of both.
	 * @param remote the other state, in range
	 * @param nextBirth what to count under from now on, if this state cannot be
	 * translated and the other takes its place
	 * @return the other state under that fold; {@code null} if it cannot be believed or
	 * translated
	 */
	public @Nullable TokenBucketState meet(TokenBucketState remote, Supplier<Birth> nextBirth) {
		TokenBucketState own = this.replica.state();
		int order = own.fold().compareTo(remote.fold());
		if (order == 0) {
			return remote;
		}
		if (order > 0) {
			Fold.Translation translation = own.fold().from(remote.fold());
			return (translation != null) ? translation.of(remote) : null;
		}
		Fold.Translation translation = remote.fold().from(own.fold());
		if (translation != null && isCredible(translation, own)) {
			follow(translation);
			return remote;
		}
		boolean waits = translation == null && own.entries() > 0 && mayBeTold(own.fold(), remote.fold());
		return (!waits && startAnew(remote, own, nextBirth)) ? remote : null;
	}

	private boolean isCredible(Fold.Translation translation, TokenBucketState own) {
		return own.entries() > 0 && new OwnClaims(this.replica.birth()).areCredible(translation, own)
				&& translation.of(own).isInRange();
	}

	// Where only the last fold is lacking, somebody may still know what it took out.
	private boolean mayBeTold(Fold own, Fold remote) {
		if (remote.number() != own.number() + 1) {
			return false;
		}
		long now = this.replica.settledAt();
		if (this.lack == null || this.lack.number() != remote.number()) {
			this.lack = new Lack(remote.number(), now);
		}
		return now - this.lack.since() < Folding.TOLD_NANOS;
	}

	/**
	 * Folds entries of those who are gone, if that is worth it and falls to this member,
	 * and forgets an earlier baseline once nobody can lack it.
	 * @param now the current time
	 * @return whether the others must be told
	 */
	public boolean fold(long now) {
		MembershipView view = this.replica.view();
		if (!view.isComplete()) {
			return false;
		}
		if (this.replica.fold().last() != null) {
			if (now - this.foldedAt > Folding.keptNanos(this.replica.limit())) {
				this.replica.forgetBaseline();
			}
			return false;
		}
		boolean due = Folding.isDue(this.replica.known(), view)
				&& now - this.replica.viewedSince() > Folding.REST_NANOS;
		return due && foldNow(view);
	}

	/**
	 * Whether no fold is waited for, and no baseline is to be forgotten.
	 */
	public boolean isAtRest() {
		return this.lack == null && this.replica.fold().last() == null;
	}

	private boolean foldNow(MembershipView view) {
		TokenBucketState own = this.replica.state();
		Fold.Translation translation = Folding.fold(own, view).fold().from(own.fold());
		if (translation != null) {
			follow(translation);
		}
		return translation != null;
	}

	private void follow(Fold.Translation translation) {
		this.replica.translate(translation);
		followed();
	}

	private void followed() {
		this.lack = null;
		this.foldedAt = this.replica.settledAt();
	}

	// Whoever did not live through a fold keeps no baseline: else each process would hand
	// it on to the next.
	private boolean startAnew(TokenBucketState remote, TokenBucketState own, Supplier<Birth> nextBirth) {
		Birth newBirth = nextBirth.get();
		TokenBucketState credible = new OwnClaims(newBirth).credible(remote, TokenBucketState.empty());
		TokenBucketState adopted = credible.consume(newBirth, Math.max(0, unknownToOthers(own))).forgetBaseline();
		if (!adopted.isInRange() || !adopted.hasRoomToCount()) {
			return false;
		}
		this.replica.startAnew(adopted, newBirth);
		followed();
		return true;
	}

	// Others may know nothing of a young bucket. What is remembered of an older one is of
	// a time when all were heard, long enough ago for them to have heard of it. Of what
	// was spent since, all but what lacks from full was refilled.
	private long unknownToOthers(TokenBucketState own) {
		Birth birth = this.replica.birth();
		long consumed = own.consumed().get(birth);
		if (Folding.isYoung(this.replica.ageNanos())) {
			return consumed - own.returned().get(birth);
		}
		long lacking = this.replica.limit().capacity() - this.replica.limit().level(own);
		return Math.min(lacking, consumed - this.replica.consumedBefore());
	}

	/**
	 * A fold that this member lacks.
	 *
	 * @param number its number
	 * @param since when this member met it
	 */
	private record Lack(long number, long since) {
	}

}
