package io.openclaw.tokenbucket.console;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import reactor.core.Disposable;
import reactor.test.scheduler.VirtualTimeScheduler;

import static org.assertj.core.api.Assertions.assertThat;

class ConsoleStreamTests {

	private final VirtualTimeScheduler time = VirtualTimeScheduler.create();

	private final AtomicInteger taken = new AtomicInteger();

	private final ConsoleStream stream = new ConsoleStream(() -> "sample " + this.taken.incrementAndGet(), this.time);

	@AfterEach
	void stop() {
		this.time.dispose();
	}

	@Test
	void nothingIsSampledWhileNobodyLooks() {
		this.time.advanceTimeBy(Duration.ofMinutes(1));
		assertThat(this.taken).hasValue(0);
		Disposable look = this.stream.samples().subscribe();
		this.time.advanceTimeBy(Duration.ofSeconds(1));
		assertThat(this.taken).hasPositiveValue();
		look.dispose();
		this.time.advanceTimeBy(Duration.ofSeconds(10));
		int before = this.taken.get();
		this.time.advanceTimeBy(Duration.ofMinutes(1));
		assertThat(this.taken).hasValue(before);
	}

	@Test
	void aSampleIsTakenOnceHoweverManyLook() {
		List<Disposable> looks = new ArrayList<>();
		for (int i = 0; i < 5; i++) {
			looks.add(this.stream.samples().subscribe());
		}
		this.time.advanceTimeBy(Duration.ofSeconds(10));
		assertThat(this.taken).hasValue(21);
		looks.forEach(Disposable::dispose);
	}

	@Test
	void whoComesLaterGetsTheLastTwoMinutes() {
		Disposable first = this.stream.samples().subscribe();
		this.time.advanceTimeBy(Duration.ofMinutes(5));
		List<String> seen = new ArrayList<>();
		Disposable second = this.stream.samples().subscribe(seen::add);
		assertThat(seen).hasSize(240).last().isEqualTo("sample " + this.taken.get());
		first.dispose();
		second.dispose();
	}

	@Test
	void aPageThatIsLoadedAnewFindsTheLines() {
		this.stream.samples().subscribe().dispose();
		Disposable first = this.stream.samples().subscribe();
		this.time.advanceTimeBy(Duration.ofSeconds(30));
		first.dispose();
		this.time.advanceTimeBy(Duration.ofSeconds(2));
		List<String> seen = new ArrayList<>();
		Disposable again = this.stream.samples().subscribe(seen::add);
		assertThat(seen).hasSizeGreaterThan(50);
		again.dispose();
	}

}
