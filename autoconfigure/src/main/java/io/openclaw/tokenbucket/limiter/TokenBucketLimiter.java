package io.openclaw.tokenbucket.limiter;

import java.util.List;
import java.util.Optional;
import java.util.Set;

import org.jspecify.annotations.Nullable;

import io.openclaw.tokenbucket.crdt.MemberId;

/**
 * Decides in memory whether a request may spend tokens. Thread-safe; no method blocks or
 * does I/O.
 */
public final class TokenBucketLimiter {

	public TokenBucketLimiter(BucketStore store, NanoClock clock, Timer timer, @Nullable DecisionListener listener) {
		throw new UnsupportedOperationException();
	}

	public Decision tryConsume(String limit, String key, long tokens) {
		throw new UnsupportedOperationException();
	}

	public JointDecision tryConsume(List<Charge> charges) {
		throw new UnsupportedOperationException();
	}

	public Set<String> limits() {
		throw new UnsupportedOperationException();
	}

	public LimitPolicy policy(String limit) {
		throw new UnsupportedOperationException();
	}

	public LimitStatus status(String limit) {
		throw new UnsupportedOperationException();
	}

	public long drainLowestLevel(String limit) {
		throw new UnsupportedOperationException();
	}

	public Optional<BucketStatus> find(String limit, String key) {
		throw new UnsupportedOperationException();
	}

	public BucketStatus peek(String limit, String key) {
		throw new UnsupportedOperationException();
	}

	public List<BucketStatus> busiest(String limit, int count) {
		throw new UnsupportedOperationException();
	}

	public FleetState state() {
		throw new UnsupportedOperationException();
	}

	public MemberId self() {
		throw new UnsupportedOperationException();
	}

}
