package io.openclaw.tokenbucket.limiter;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

import io.openclaw.tokenbucket.crdt.MemberId;
import io.openclaw.tokenbucket.crdt.TokenBucketState;
import io.openclaw.tokenbucket.limiter.decision.Charge;
import io.openclaw.tokenbucket.limiter.decision.Decision;
import io.openclaw.tokenbucket.limiter.decision.DecisionEvent;
import io.openclaw.tokenbucket.limiter.decision.DecisionListener;
import io.openclaw.tokenbucket.limiter.decision.Settlement;
import io.openclaw.tokenbucket.limiter.decision.SettlementEvent;
import io.openclaw.tokenbucket.limiter.limit.LimitPolicy;
import io.openclaw.tokenbucket.limiter.limit.LimiterSettings;
import io.openclaw.tokenbucket.limiter.port.BucketKey;
import io.openclaw.tokenbucket.limiter.port.BucketStatus;
import io.openclaw.tokenbucket.limiter.port.BucketUpdate;
import io.openclaw.tokenbucket.limiter.port.ReplicationSignal;
import io.openclaw.tokenbucket.simulation.VirtualTime;

/**
 * One real member in virtual time, whose peers and replication the test plays.
 */
public final class LocalMember implements ReplicationSignal {

	public static final String LIMIT = "rating";

	static final String KEY = "4711";

	public static final BucketKey BUCKET = BucketKey.of(LIMIT, KEY);

	private final VirtualTime time;

	private final BucketStore store;

	private final TokenBucketLimiter limiter;

	private final List<Decision> counted = new ArrayList<>();

	private final List<SettlementEvent> settled = new ArrayList<>();

	private long batch;

	private int acknowledgementsWanted;

	public LocalMember(LimitPolicy... policies) {
		this(new VirtualTime(), Fleets.ALICE, 1000, policies);
	}

	public LocalMember(VirtualTime time, MemberId self, int maxKeys, LimitPolicy... policies) {
		this(time, new BucketStore(self, List.of(policies), settings(maxKeys), time));
	}

	private LocalMember(VirtualTime time, BucketStore store) {
		this.time = time;
		this.store = store;
		this.store.signalTo(this);
		this.limiter = new TokenBucketLimiter(this.store, time, time, new DecisionListener() {

			@Override
			public void onDecision(DecisionEvent event) {
				LocalMember.this.counted.add(event.decision());
			}

			@Override
			public void onSettlement(SettlementEvent event) {
				LocalMember.this.settled.add(event);
			}

		});
	}

	/** Its buckets are neither dropped nor at rest. */
	static LocalMember thatNeverSweeps(LimitPolicy... policies) {
		VirtualTime time = new VirtualTime();
		return new LocalMember(time, new BucketStore(Fleets.ALICE, List.of(policies), settings(1000), time, 0));
	}

	private static LimiterSettings settings(int maxKeys) {
		return new LimiterSettings(3, Duration.ofMillis(200), maxKeys);
	}

	VirtualTime time() {
		return this.time;
	}

	public long now() {
		return this.time.nanoTime();
	}

	public BucketStore store() {
		return this.store;
	}

	public TokenBucketLimiter limiter() {
		return this.limiter;
	}

	/** Final decisions that the listener was told of. */
	List<Decision> counted() {
		return this.counted;
	}

	/** Settlements that the listener was told of. */
	List<SettlementEvent> settled() {
		return this.settled;
	}

	int acknowledgementsWanted() {
		return this.acknowledgementsWanted;
	}

	public void hear(MemberId... peers) {
		this.store.membershipChanged(Fleets.healthy(now(), this.store.self(), peers), now());
	}

	public void advance(Duration duration) {
		this.time.advance(duration);
	}

	public Decision consume(long tokens) {
		return this.limiter.tryConsume(LIMIT, KEY, tokens);
	}

	/** Takes tokens in advance, and may cost as many again. */
	public Settlement reserve(long tokens) {
		return reserve(tokens, tokens);
	}

	Settlement reserve(long tokens, long overdraft) {
		Decision decision = this.limiter.tryConsume(List.of(Charge.inAdvance(LIMIT, KEY, tokens, overdraft)))
			.decisions()
			.get(0);
		return Objects.requireNonNull(decision.settlement(), decision::toString);
	}

	public BucketStatus status() {
		return this.limiter.peek(LIMIT, KEY);
	}

	/** Takes everything that has something to publish into a batch. */
	public List<BucketUpdate> publish() {
		List<BucketUpdate> updates = new ArrayList<>();
		this.batch++;
		for (Optional<BucketUpdate> update = this.store.replicas().publishNext(this.batch, now()); update
			.isPresent(); update = this.store.replicas().publishNext(this.batch, now())) {
			updates.add(update.get());
		}
		return updates;
	}

	/** All peers have everything that was published. */
	public void acknowledge() {
		this.store.replicas()
			.keys()
			.forEachRemaining((key) -> this.store.replicas().acknowledge(key, this.batch, now()));
	}

	public boolean merge(TokenBucketState state) {
		return this.store.replicas().merge(new BucketUpdate(BUCKET, state), now()).isAccepted();
	}

	public void tick() {
		this.store.tick(now());
	}

	@Override
	public void flushWanted() {
	}

	@Override
	public void acknowledgementWanted() {
		this.acknowledgementsWanted++;
	}

}
