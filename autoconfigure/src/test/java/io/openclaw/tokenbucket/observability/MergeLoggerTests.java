package io.openclaw.tokenbucket.observability;

import java.util.List;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

import io.openclaw.tokenbucket.crdt.Birth;
import io.openclaw.tokenbucket.crdt.MemberId;
import io.openclaw.tokenbucket.crdt.MicroTokens;
import io.openclaw.tokenbucket.crdt.TokenBucketState;
import io.openclaw.tokenbucket.limiter.BucketStore;
import io.openclaw.tokenbucket.limiter.TokenBucketLimiter;
import io.openclaw.tokenbucket.limiter.port.BucketKey;
import io.openclaw.tokenbucket.limiter.port.BucketUpdate;

import static org.assertj.core.api.Assertions.assertThat;

class MergeLoggerTests {

	private final Logger log = (Logger) LoggerFactory.getLogger(MergeLogger.class);

	private final ListAppender<ILoggingEvent> lines = new ListAppender<>();

	private final BucketStore store = Limiters.store(() -> 0);

	private final TokenBucketLimiter limiter = Limiters.limiter(this.store, () -> 0, null);

	@BeforeEach
	void capture() {
		this.lines.start();
		this.log.addAppender(this.lines);
		this.log.setLevel(Level.DEBUG);
		this.store.reportMergesTo(new MergeLogger());
	}

	@AfterEach
	void release() {
		this.log.detachAppender(this.lines);
		this.log.setLevel(null);
	}

	@Test
	void aConflictIsWrittenWithWhatItBecame() {
		Limiters.consume(this.limiter, "rating", "alice", 3);
		merge(2);
		assertThat(pairs(0)).contains("limit=\"rating\"", "key=\"alice\"", "conflict=\"true\"",
				"consumedHere=\"3.000000\"", "consumedThere=\"2.000000\"", "consumed=\"5.000000\"");
	}

	@Test
	void newsOfOneSideIsNoConflictAndNoNewsIsNotWritten() {
		merge(2);
		merge(4);
		merge(4);
		assertThat(this.lines.list).hasSize(2);
		assertThat(pairs(1)).contains("conflict=\"false\"", "consumedHere=\"2.000000\"", "consumed=\"4.000000\"");
	}

	@Test
	void nothingIsWrittenAboveDebug() {
		this.log.setLevel(Level.INFO);
		merge(2);
		assertThat(this.lines.list).isEmpty();
	}

	private void merge(long tokens) {
		TokenBucketState remote = TokenBucketState.empty()
			.consume(new Birth(new MemberId("edge-b", 1), 1), MicroTokens.ofTokens(tokens));
		this.store.replicas().merge(new BucketUpdate(new BucketKey("rating", "alice", false), remote), 0);
	}

	private List<String> pairs(int line) {
		return this.lines.list.get(line).getKeyValuePairs().stream().map(Object::toString).toList();
	}

}
