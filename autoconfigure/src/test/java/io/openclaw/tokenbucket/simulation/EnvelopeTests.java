package io.openclaw.tokenbucket.simulation;

import java.time.Duration;
import java.util.Random;
import java.util.concurrent.CompletableFuture;

import org.junit.jupiter.api.Test;

import io.openclaw.tokenbucket.limiter.limit.Consistency;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The bound that random schedules are held to lets an ideal bucket pass and a wrong merge
 * fail.
 */
class EnvelopeTests {

	private static final SimulatedFleet.Settings SETTINGS = SimulatedFleet.Settings.of(SimulatedNetwork.NEAR,
			Consistency.EVENTUAL);

	private final VirtualTime time = new VirtualTime();

	private final Random random = new Random(1);

	@Test
	void anIdealBucketStaysWithin() {
		IdealBucket ideal = new IdealBucket(SETTINGS.limit(), this.time.elapsed());
		Envelope envelope = envelope();
		for (int i = 0; i < 20_000; i++) {
			this.time.advance(Duration.ofNanos((long) (this.random.nextDouble() * 5e6)));
			if (ideal.tryConsume(this.time.elapsed())) {
				envelope.admit(1, this.time.elapsed());
			}
		}
		assertThat(envelope.admitted()).isGreaterThan(9_000);
		assertThat(envelope.worst()).isBetween(-1.0, 1e-6);
	}

	@Test
	void aMergeInWhichTheHigherVersionWinsDoesNot() {
		HigherVersionWins wrong = new HigherVersionWins(this.time, SETTINGS, 3);
		Envelope envelope = envelope();
		wrong.gates().forEach((gate) -> new Load(this.time, SETTINGS.limit(), this.random).on(() -> {
			boolean admits = gate.request().toCompletableFuture().join();
			if (admits) {
				envelope.admit(1, this.time.elapsed());
			}
			return CompletableFuture.completedStage(admits);
		}, 400, Duration.ofSeconds(5)));
		this.time.advance(Duration.ofSeconds(5));
		assertThat(envelope.worst()).isGreaterThan(1_000);
	}

	@Test
	void allowsTwiceAsMuchOnlyWhileTwoWholeBucketsAreBelievedIn() {
		Envelope envelope = envelope();
		for (int i = 1; i <= 2_000; i++) {
			envelope.entitle(2, 1000, 200, 1, this.time.elapsed());
			this.time.advance(Duration.ofMillis(1));
			envelope.admit(1.2, this.time.elapsed());
		}
		assertThat(envelope.worst()).isNegative();
		envelope.admit(500, this.time.elapsed());
		assertThat(envelope.worst()).isPositive();
	}

	private Envelope envelope() {
		Envelope envelope = new Envelope(Duration.ofSeconds(1));
		envelope.entitle(1, 1000, 200, 1, this.time.elapsed());
		return envelope;
	}

}
