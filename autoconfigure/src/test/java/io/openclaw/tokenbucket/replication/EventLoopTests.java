package io.openclaw.tokenbucket.replication;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link EventLoop}.
 */
class EventLoopTests {

	private static final int INTERVAL = 200;

	private final Queue<Runnable> queue = new ArrayDeque<>();

	private final List<String> done = new ArrayList<>();

	private long now;

	private long due = INTERVAL;

	private final EventLoop loop = new EventLoop(() -> this.now, this::schedule, this::doDue, (time) -> this.due,
			(failure) -> this.done.add("failure"));

	@Test
	void whatIsDueIsDoneBetweenTwoTasksHoweverManyWait() {
		for (int i = 0; i < 5; i++) {
			this.loop.execute((time) -> work(150));
		}
		runAll();
		assertThat(this.done).containsExactly("task", "task", "due", "task", "task", "due", "task");
	}

	@Test
	void aTaskThatClosesTheLoopIsTheLast() {
		this.loop.execute((time) -> {
			work(INTERVAL);
			this.loop.close();
		});
		this.loop.execute((time) -> work(INTERVAL));
		runAll();
		assertThat(this.done).containsExactly("task");
	}

	private void work(int duration) {
		this.now += duration;
		this.done.add("task");
	}

	private void doDue(long time) {
		this.due = time + INTERVAL;
		this.done.add("due");
	}

	// As on a busy thread, nothing comes earlier than what waits.
	private void schedule(Duration delay, Runnable task) {
		if (delay.isZero()) {
			this.queue.add(task);
		}
	}

	private void runAll() {
		for (Runnable task = this.queue.poll(); task != null; task = this.queue.poll()) {
			task.run();
		}
	}

}
