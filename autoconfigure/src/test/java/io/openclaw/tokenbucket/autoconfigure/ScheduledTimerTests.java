package io.openclaw.tokenbucket.autoconfigure;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

import static org.assertj.core.api.Assertions.assertThat;

@ExtendWith(OutputCaptureExtension.class)
class ScheduledTimerTests {

	private final ScheduledTimer timer = new ScheduledTimer("openclaw-test");

	@AfterEach
	void close() {
		this.timer.close();
	}

	@Test
	void tasksRunOnOneDaemonThread() {
		CompletableFuture<Thread> thread = new CompletableFuture<>();
		this.timer.schedule(Duration.ofMillis(-1), () -> thread.complete(Thread.currentThread()));
		assertThat(thread).succeedsWithin(Duration.ofSeconds(5))
			.satisfies((of) -> assertThat(of.isDaemon()).isTrue())
			.satisfies((of) -> assertThat(of.getName()).isEqualTo("openclaw-test"));
	}

	@Test
	void tasksRunInTheOrderInWhichTheyAreDue() throws InterruptedException {
		List<String> order = new CopyOnWriteArrayList<>();
		CountDownLatch done = new CountDownLatch(2);
		this.timer.schedule(Duration.ofMillis(200), () -> {
			order.add("late");
			done.countDown();
		});
		this.timer.schedule(Duration.ofMillis(20), () -> {
			order.add("early");
			done.countDown();
		});
		assertThat(done.await(5, TimeUnit.SECONDS)).isTrue();
		assertThat(order).containsExactly("early", "late");
	}

	@Test
	void aTaskThatFailsIsLoggedAndStopsNothing(CapturedOutput output) {
		CompletableFuture<Boolean> next = new CompletableFuture<>();
		this.timer.schedule(Duration.ZERO, () -> {
			throw new IllegalStateException("broken task");
		});
		this.timer.schedule(Duration.ofMillis(1), () -> next.complete(true));
		assertThat(next).succeedsWithin(Duration.ofSeconds(5));
		assertThat(output).contains("broken task");
	}

	@Test
	void aClosedTimerDropsTasksQuietly() {
		CompletableFuture<Boolean> ran = new CompletableFuture<>();
		this.timer.schedule(Duration.ofSeconds(1), () -> ran.complete(true));
		this.timer.close();
		this.timer.schedule(Duration.ZERO, () -> ran.complete(true));
		assertThat(ran).failsWithin(Duration.ofMillis(1200));
	}

}
