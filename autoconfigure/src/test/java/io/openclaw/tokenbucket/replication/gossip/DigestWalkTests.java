package io.openclaw.tokenbucket.replication.gossip;

import java.time.Duration;

import org.junit.jupiter.api.Test;

import io.openclaw.tokenbucket.crdt.MemberId;
import io.openclaw.tokenbucket.limiter.port.BucketUpdate;
import io.openclaw.tokenbucket.replication.Spender;
import io.openclaw.tokenbucket.simulation.VirtualTime;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The sum over all buckets, a part at a time.
 */
class DigestWalkTests {

	private final VirtualTime time = new VirtualTime();

	private final Spender spender = new Spender(new MemberId("a", 1), this.time);

	private final DigestWalk walk = new DigestWalk(this.spender.store());

	@Test
	void theSumIsKnownOnceTwoWalksAgree() {
		this.spender.spend("one", 5);
		this.spender.spend("two", 500);
		assertThat(this.walk.known()).isNull();
		step();
		assertThat(this.walk.known()).isNull();
		step();
		assertThat(this.walk.known()).isEqualTo(sum("one", "two"));
		step();
		assertThat(this.walk.known()).isEqualTo(sum("one", "two"));
	}

	@Test
	void ofNoBucketsItIsZero() {
		step();
		step();
		assertThat(this.walk.known()).isZero();
	}

	@Test
	void fullBucketsDoNotCountAndItIsUnknownWhileTheyFillUp() {
		this.spender.spend("one", 5);
		this.spender.spend("two", 500);
		step();
		step();
		this.time.advance(Duration.ofSeconds(6));
		step();
		assertThat(this.walk.known()).isNull();
		step();
		assertThat(this.walk.known()).isEqualTo(sum("two"));
	}

	@Test
	void whatWasSeenBeforeAChangeIsWorthNothing() {
		this.spender.spend("one", 5);
		step();
		step();
		this.walk.startOver();
		assertThat(this.walk.known()).isNull();
		step();
		assertThat(this.walk.known()).isNull();
		step();
		assertThat(this.walk.known()).isEqualTo(sum("one"));
	}

	@Test
	void manyBucketsTakeSeveralSteps() {
		String[] keys = new String[DigestWalk.STEP + 1];
		for (int i = 0; i < keys.length; i++) {
			keys[i] = "key-" + i;
			this.spender.spend(keys[i], 500);
		}
		for (int step = 0; step < 3; step++) {
			step();
			assertThat(this.walk.known()).isNull();
		}
		step();
		assertThat(this.walk.known()).isEqualTo(sum(keys));
	}

	private void step() {
		this.walk.step(this.time.nanoTime());
	}

	private long sum(String... keys) {
		long sum = 0;
		for (String key : keys) {
			BucketUpdate bucket = this.spender.store()
				.replicas()
				.snapshot(Spender.key(key), this.time.nanoTime())
				.orElseThrow();
			sum += StateDigest.of(bucket.key(), bucket.state().consumed()::forEach);
		}
		return sum;
	}

}
