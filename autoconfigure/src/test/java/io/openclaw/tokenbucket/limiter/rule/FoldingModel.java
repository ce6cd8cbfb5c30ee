package io.openclaw.tokenbucket.limiter.rule;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;

import io.openclaw.tokenbucket.crdt.Birth;
import io.openclaw.tokenbucket.crdt.Fold;
import io.openclaw.tokenbucket.crdt.Limit;
import io.openclaw.tokenbucket.crdt.MemberId;
import io.openclaw.tokenbucket.crdt.TokenBucketState;
import io.openclaw.tokenbucket.limiter.Fleets;
import io.openclaw.tokenbucket.limiter.membership.MembershipView;
import io.openclaw.tokenbucket.limiter.membership.PeerView;

import static io.openclaw.tokenbucket.limiter.Fleets.limit;
import static io.openclaw.tokenbucket.limiter.Fleets.tokens;

/**
 * Replicas of one bucket at members that come, crash, are cut off, are removed and come
 * back, by a seed. Beside each replica a state is kept in which nobody ever folds: it
 * receives just the same. What members do is chosen for folds to meet each other, not for
 * how likely it is.
 */
final class FoldingModel {

	static final Limit LIMIT = limit(1000, "200");

	private static final int MEMBERS = 3;

	private static final long SECOND = Duration.ofSeconds(1).toNanos();

	private static final long TIMEOUT = 30 * SECOND;

	private final long seed;

	private final Random random;

	private final boolean unaware;

	private final List<Member> members = new ArrayList<>();

	private final List<Sent> saved = new ArrayList<>();

	// Messages that are on their way for longer than others.
	private final List<Sent> late = new ArrayList<>();

	private long now = 1;

	private int started;

	private int folds;

	// Two folded at once.
	private int besides;

	private int startedAnew;

	// Of these, who had missed folds, and was no bucket that was created a moment ago.
	private int parted;

	// What others had spent, and only a member knew of that took over another state.
	private long forgotten;

	/**
	 * Prepares a run.
	 * @param unaware whether buckets are used before they know what others hold
	 */
	FoldingModel(long seed, boolean unaware) {
		this.seed = seed;
		this.unaware = unaware;
		this.random = new Random(seed);
	}

	int folds() {
		return this.folds;
	}

	int besides() {
		return this.besides;
	}

	/**
	 * How often a member took over a state since its own was too old.
	 */
	int startedAnew() {
		return this.startedAnew;
	}

	int parted() {
		return this.parted;
	}

	long forgotten() {
		return this.forgotten;
	}

	List<Member> members() {
		return this.members;
	}

	/**
	 * Runs some steps, and then lets all come together.
	 */
	void run(int steps) {
		for (int i = 0; i < MEMBERS; i++) {
			start();
		}
		for (int i = 0; i < steps; i++) {
			step();
		}
		converge();
	}

	@Override
	public String toString() {
		return "seed %d: %d folds, %d besides others, %d started anew, %d parted".formatted(this.seed, this.folds,
				this.besides, this.startedAnew, this.parted);
	}

	private void step() {
		pass((long) (SECOND * Math.exp(4 * this.random.nextDouble() - 1)));
		switch (this.random.nextInt(48)) {
			case 0, 1, 2 -> start();
			case 3, 4, 5 -> end(any(), false);
			case 6, 7, 8 -> end(any(), true);
			case 9, 10, 11, 12, 13, 14 -> deploy(8 + this.random.nextInt(16));
			case 15, 16, 17 -> cutOff(any(), (long) (SECOND * Math.exp(7 * this.random.nextDouble())));
			case 18, 19, 20 -> heal();
			case 21, 22, 23 -> any().disbelieve(any());
			case 24, 25, 26 -> any().recreate();
			case 27, 28, 29 -> save(any());
			case 30, 31, 32 -> load(any());
			case 33 -> missFolds(any());
			default -> any().spend(this.random.nextLong(tokens(400)));
		}
		exchange(0.2);
	}

	/**
	 * Members hear each other, spend and fold.
	 */
	private void pass(long nanos) {
		long until = this.now + nanos;
		for (int part = 0; part < 3; part++) {
			this.now += (until - this.now) / (3 - part);
			exchange(0.1);
			this.members.forEach(Member::look);
			this.members.forEach(Member::fold);
		}
	}

	private void exchange(double lost) {
		for (Member from : List.copyOf(this.members)) {
			Sent sent = from.send();
			for (Member to : List.copyOf(this.members)) {
				if (to != from && reach(from, to) && this.random.nextDouble() >= lost) {
					to.receive(sent);
				}
			}
			if (lost > 0 && this.random.nextInt(20) == 0) {
				this.late.add(sent);
			}
		}
		if (!this.late.isEmpty() && this.random.nextInt(10) == 0) {
			any().receive(this.late.remove(this.random.nextInt(this.late.size())));
		}
	}

	private boolean reach(Member from, Member to) {
		boolean apart = from.cutOffUntil > this.now != to.cutOffUntil > this.now;
		return !apart && from.alive && to.alive;
	}

	private Member start() {
		MemberId id = new MemberId("m%04d".formatted(this.random.nextInt(10_000)), ++this.started);
		Member member = new Member(id);
		if (!this.members.isEmpty() && (!this.unaware || this.random.nextInt(4) > 0)) {
			member.receive(any().send());
		}
		this.members.add(member);
		return member;
	}

	private void end(Member member, boolean crashes) {
		if (this.members.size() > 2) {
			if (!crashes) {
				exchange(0);
			}
			member.alive = false;
			this.members.remove(member);
		}
	}

	// Processes replace each other faster than folds follow.
	private void deploy(int processes) {
		for (int i = 0; i < processes; i++) {
			Member member = start();
			this.now += SECOND / 5;
			this.members.forEach(Member::look);
			exchange(0);
			member.spend(this.random.nextLong(tokens(60)));
			end(member, this.random.nextInt(3) == 0);
		}
	}

	private void cutOff(Member member, long nanos) {
		member.cutOffUntil = this.now + nanos;
	}

	private void heal() {
		this.members.forEach((member) -> member.cutOffUntil = this.now);
	}

	// Both sides spend, and one folds again and again.
	private void missFolds(Member silent) {
		if (!this.unaware) {
			return;
		}
		cutOff(silent, Duration.ofHours(1).toNanos());
		for (int i = 0; i < 3; i++) {
			pass(2 * TIMEOUT);
			deploy(14);
			pass(2 * TIMEOUT);
			silent.spend(this.random.nextLong(tokens(1000)));
			any().spend(this.random.nextLong(tokens(1000)));
		}
		silent.spend(this.random.nextLong(tokens(1000)));
		any().spend(this.random.nextLong(tokens(1000)));
		heal();
	}

	private void save(Member member) {
		this.saved.add(member.send());
	}

	private void load(Member member) {
		if (!this.saved.isEmpty()) {
			member.receive(this.saved.get(this.random.nextInt(this.saved.size())));
		}
	}

	private void converge() {
		this.late.clear();
		this.members.forEach((member) -> {
			member.cutOffUntil = 0;
			member.disbelieved.clear();
		});
		for (int round = 0; round < 8; round++) {
			this.now += SECOND;
			this.members.forEach(Member::look);
			exchange(0);
		}
		for (int round = 0; round < 4; round++) {
			exchange(0);
		}
	}

	private Member any() {
		return this.members.get(this.random.nextInt(this.members.size()));
	}

	/**
	 * A message, and what it would be if nobody folded.
	 */
	private record Sent(TokenBucketState state, TokenBucketState unfolded) {
	}

	/**
	 * One process.
	 */
	final class Member {

		private final MemberId id;

		private LocalReplica replica;

		private FoldedReplica folds;

		private TokenBucketState unfolded = TokenBucketState.empty().beginWith(LIMIT.initial());

		private long births;

		private long createdAt;

		private boolean alive = true;

		private long cutOffUntil;

		// Whom it does not count although it lives: so two may fold at once.
		private final Set<MemberId> disbelieved = new HashSet<>();

		private final Set<MemberId> counted = new TreeSet<>();

		Member(MemberId id) {
			this.id = id;
			this.replica = created();
			this.folds = new FoldedReplica(this.replica);
		}

		TokenBucketState state() {
			return this.replica.state();
		}

		long level() {
			return this.replica.level();
		}

		long unfoldedLevel() {
			return LIMIT.level(this.unfolded);
		}

		private LocalReplica created() {
			this.createdAt = FoldingModel.this.now;
			return new LocalReplica(LIMIT, LIMIT.initial(), nextBirth(), view(), SECOND / 10, FoldingModel.this.now,
					FoldingModel.this.now);
		}

		private boolean isYoung() {
			return Folding.isYoung(FoldingModel.this.now - this.createdAt);
		}

		private Birth nextBirth() {
			return new Birth(this.id, ++this.births);
		}

		private void look() {
			follow(() -> {
				MembershipView next = view();
				if (!next.agreesWith(this.replica.view())) {
					this.replica.adopt(next, FoldingModel.this.now);
				}
				this.replica.settle(FoldingModel.this.now);
				this.replica.trimExcess();
				this.replica.remember(FoldingModel.this.now, 4 * SECOND);
			});
		}

		private MembershipView view() {
			FoldingModel model = FoldingModel.this;
			Set<MemberId> known = new TreeSet<>(this.counted);
			List<PeerView> peers = new ArrayList<>();
			for (Member other : model.members) {
				if (other != this && reach(this, other) && !this.disbelieved.contains(other.id)) {
					this.counted.add(other.id);
					known.remove(other.id);
					peers.add(Fleets.heard(other.id, model.now));
				}
			}
			for (MemberId gone : known) {
				boolean lives = model.members.stream().anyMatch((other) -> other.id.equals(gone));
				boolean lost = lives && this.lostFor(gone) < TIMEOUT;
				if (lost) {
					peers.add(Fleets.lost(gone, model.now - SECOND, model.now - SECOND / 2));
				}
				else {
					this.counted.remove(gone);
				}
			}
			return Fleets.view(model.now, this.id, peers.toArray(PeerView[]::new));
		}

		// Whoever is cut off for a while is removed early or late, and removes nobody.
		private long lostFor(MemberId gone) {
			FoldingModel model = FoldingModel.this;
			if (this.cutOffUntil > model.now) {
				return 0;
			}
			return this.disbelieved.contains(gone) || model.random.nextInt(20) == 0 ? TIMEOUT : 0;
		}

		private void disbelieve(Member other) {
			if (other != this) {
				this.disbelieved.clear();
				FoldingModel.this.members.stream()
					.filter((member) -> member.id.compareTo(this.id) < 0)
					.forEach((member) -> this.disbelieved.add(member.id));
			}
		}

		private void spend(long most) {
			follow(() -> this.replica.spend(Math.max(0, Math.min(most, this.replica.spendable()))));
		}

		// As after a drop: what others hold of this bucket comes back.
		private void recreate() {
			Sent others = FoldingModel.this.members.stream()
				.filter((other) -> other != this && reach(other, this))
				.findFirst()
				.map(Member::send)
				.orElse(null);
			if (others != null) {
				FoldingModel.this.exchange(0);
				this.replica = created();
				this.folds = new FoldedReplica(this.replica);
				this.unfolded = TokenBucketState.empty().beginWith(LIMIT.initial());
				if (!FoldingModel.this.unaware) {
					receive(others);
				}
				spend(tokens(FoldingModel.this.random.nextInt(500)));
			}
		}

		private Sent send() {
			return new Sent(state(), this.unfolded);
		}

		private void receive(Sent sent) {
			TokenBucketState own = state();
			count(own, sent.state());
			long before = this.births;
			TokenBucketState met = this.folds.meet(sent.state(), this::nextBirth);
			if (this.births > before && isYoung()) {
				FoldingModel.this.forgotten += own.consumed().sum() - this.replica.consumedHere();
			}
			// Whose state is too old takes over what it is told, and says again what it
			// spent.
			if (met != null) {
				this.unfolded = this.unfolded.merge(sent.unfolded());
				this.replica.merge(this.replica.credible(met));
			}
		}

		private void count(TokenBucketState own, TokenBucketState remote) {
			int order = own.fold().compareTo(remote.fold());
			Fold.Translation translation = (order < 0) ? remote.fold().from(own.fold())
					: own.fold().from(remote.fold());
			FoldingModel.this.besides += (translation != null && translation.undone() != null) ? 1 : 0;
			if (order < 0 && translation == null && own.entries() > 0) {
				FoldingModel.this.startedAnew++;
				FoldingModel.this.parted += isYoung() ? 0 : 1;
			}
		}

		private void fold() {
			FoldingModel.this.folds += this.folds.fold(FoldingModel.this.now) ? 1 : 0;
		}

		// Has the state in which nobody folds count the same.
		private void follow(Runnable action) {
			TokenBucketState before = state();
			action.run();
			TokenBucketState after = state();
			if (after == before) {
				return;
			}
			after.consumed()
				.minus(before.consumed())
				.forEach((birth, amount) -> this.unfolded = this.unfolded.consume(birth, amount));
			after.granted()
				.minus(before.granted())
				.forEach((member, amount) -> this.unfolded = this.unfolded.grant(List.of(member), amount));
		}

	}

}
