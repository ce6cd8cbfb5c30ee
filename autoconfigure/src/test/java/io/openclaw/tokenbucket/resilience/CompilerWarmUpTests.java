package io.openclaw.tokenbucket.resilience;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class CompilerWarmUpTests {

	private final AtomicLong compiledMillis = new AtomicLong(7000);

	private long nanos = -5;

	private final WarmUp warmUp = new CompilerWarmUp(this.compiledMillis::get, () -> this.nanos);

	@Test
	void lastsWhileTheCompilerWorks() {
		for (int second = 0; second < 30; second++) {
			assertThat(pass(second(), 200, 101)).isFalse();
		}
		assertThat(pass(second(), 200, 99)).isTrue();
	}

	@Test
	void staysOver() {
		pass(second(), 200, 0);
		assertThat(pass(second(), 1, 0)).isTrue();
		assertThat(pass(second(), 1, 900)).isTrue();
	}

	@Test
	void needsMoreThanAFewAnswers() {
		assertThat(pass(second(), 99, 0)).isFalse();
		assertThat(pass(second(), 2, 0)).isTrue();
	}

	@Test
	void aPauseAfterABurstIsNoRest() {
		assertThat(pass(second().dividedBy(2), 500, 300)).isFalse();
		assertThat(pass(second().multipliedBy(5), 1, 0)).isFalse();
		assertThat(pass(second(), 100, 500)).isFalse();
	}

	@Test
	void endsAfterAMinuteWhateverTheCompilerDoes() {
		for (int second = 0; second < 60; second++) {
			assertThat(pass(second(), 10, 2000)).isFalse();
		}
		assertThat(pass(second(), 10, 2000)).isTrue();
	}

	@Test
	void ofThisJvmIsNotOverBeforeAnythingHasPassed() {
		assertThat(WarmUp.ofJvm(() -> 0).isOver()).isFalse();
	}

	private static Duration second() {
		return CompilerWarmUp.WINDOW;
	}

	/** Has answers pass, evenly over a time in which the compiler works. */
	private boolean pass(Duration time, int answers, long compilationMillis) {
		this.compiledMillis.addAndGet(compilationMillis);
		boolean over = false;
		for (int i = 0; i < answers; i++) {
			over = this.warmUp.isOver();
			this.nanos += time.toNanos() / answers;
		}
		return over;
	}

}
