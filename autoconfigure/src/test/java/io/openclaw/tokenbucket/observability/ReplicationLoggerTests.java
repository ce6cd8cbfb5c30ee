package io.openclaw.tokenbucket.observability;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

import io.openclaw.tokenbucket.crdt.Limit;
import io.openclaw.tokenbucket.crdt.MicroTokens;
import io.openclaw.tokenbucket.crdt.RefillRate;
import io.openclaw.tokenbucket.limiter.limit.Consistency;
import io.openclaw.tokenbucket.limiter.limit.LimitChange;
import io.openclaw.tokenbucket.limiter.limit.LimitDefinition;
import io.openclaw.tokenbucket.limiter.limit.LimitSource;
import io.openclaw.tokenbucket.limiter.limit.Mode;
import io.openclaw.tokenbucket.limiter.membership.FleetState;

import static org.assertj.core.api.Assertions.assertThat;

@ExtendWith(OutputCaptureExtension.class)
class ReplicationLoggerTests {

	private final AtomicLong now = new AtomicLong();

	private final ReplicationLogger logger = new ReplicationLogger(this.now::get);

	@Test
	void warnsOnceWhenLessThanTheWholeBudgetMayBeSpent(CapturedOutput output) {
		this.logger.onStateChange(FleetState.HEALTHY, FleetState.ISOLATED);
		assertThat(output.getAll().lines().filter((line) -> line.contains("from healthy to isolated"))).singleElement()
			.asString()
			.contains("WARN");
	}

	@Test
	void informsWhenTheFleetIsWholeAgain(CapturedOutput output) {
		this.logger.onStateChange(FleetState.DEGRADED, FleetState.HEALTHY);
		assertThat(output.getAll().lines().filter((line) -> line.contains("from degraded to healthy"))).singleElement()
			.asString()
			.contains("INFO");
	}

	@Test
	void saysNothingAboutGoodMessages(CapturedOutput output) {
		this.logger.onSent(100);
		this.logger.onReceived(100);
		this.logger.onRepair();
		assertThat(output).isEmpty();
	}

	@Test
	void writesOneLineAMinuteAboutDroppedMessages(CapturedOutput output) {
		reject("signature", 1000);
		assertThat(output.getAll().lines()).singleElement().asString().contains("WARN", "signature");
		this.now.addAndGet(Duration.ofMinutes(1).toNanos());
		reject("signature", 1);
		assertThat(output.getAll().lines()).hasSize(2)
			.last()
			.asString()
			.contains("1000 since the last such line", "signature");
	}

	@Test
	void saysWhatToDoAboutSecretsThatDiffer(CapturedOutput output) {
		reject("unsigned", 1);
		assertThat(output.getAll()).contains("openclaw.crdt.secret", "openclaw.crdt.unsigned to accept");
		reject("signature", 1);
		assertThat(output.getAll().lines()).last().asString().contains("append the new one on all gateways");
	}

	@Test
	void writesALineForEachReason(CapturedOutput output) {
		reject("signature", 10);
		reject("size", 10);
		assertThat(output.getAll().lines()).hasSize(2);
	}

	@Test
	void writesAFailureWithItsCauseOnceAMinute(CapturedOutput output) {
		for (int i = 0; i < 10; i++) {
			this.logger.onFailure(new IllegalStateException("broken"));
		}
		assertThat(output.getAll().lines().filter((line) -> line.contains("ERROR"))).hasSize(1);
		assertThat(output.getAll().lines().filter((line) -> line.contains("IllegalStateException: broken"))).hasSize(1);
	}

	@Test
	void aChangeThatSpreadsIsNoWarning(CapturedOutput output) {
		this.logger.onLimitChange(new LimitChange(definition(10, 0), LimitSource.CONFIGURATION,
				definition(20, 0).following(definition(10, 0)), LimitSource.FLEET));
		assertThat(output.getAll().lines()).singleElement()
			.asString()
			.contains("INFO", "Limit 'rating' was changed by another gateway: capacity 20, 1.666667 tokens/s",
					"before: capacity 10");
	}

	@Test
	void aConfigurationThatIsNotFollowedIsAWarning(CapturedOutput output) {
		this.logger.onLimitChange(
				new LimitChange(definition(10, 0), LimitSource.CONFIGURATION, definition(20, 0), LimitSource.FLEET));
		assertThat(output.getAll().lines()).singleElement()
			.asString()
			.contains("WARN", "differs from the configuration of this gateway", "a higher openclaw.revision");
	}

	@Test
	void aConfigurationThatOthersHaveAlreadyIsNoWarning(CapturedOutput output) {
		this.logger.onLimitChange(
				new LimitChange(definition(10, 0), LimitSource.CONFIGURATION, definition(20, 1), LimitSource.FLEET));
		this.logger.onLimitChange(
				new LimitChange(definition(20, 1), LimitSource.FLEET, definition(10, 2), LimitSource.CONFIGURATION));
		assertThat(output.getAll().lines()).hasSize(2).allMatch((line) -> line.contains("INFO"));
		assertThat(output).contains("differs from the configuration of this gateway: the fleet keeps capacity 20",
				"now follows the configuration of this gateway: capacity 10");
	}

	@Test
	void whatWasSavedIsNotSaidToBeAFleets(CapturedOutput output) {
		this.logger.onLimitChange(
				new LimitChange(definition(10, 0), LimitSource.CONFIGURATION, definition(20, 1), LimitSource.SAVED));
		assertThat(output.getAll().lines()).singleElement()
			.asString()
			.contains("INFO", "continues with the saved definition")
			.doesNotContain("fleet");
	}

	private static LimitDefinition definition(long capacity, long edit) {
		return new LimitDefinition(new Limit("rating", MicroTokens.ofTokens(capacity),
				RefillRate.of(100, Duration.ofMinutes(1)), MicroTokens.ofTokens(capacity), 0), edit,
				Consistency.BOUNDED, Mode.ENFORCE);
	}

	private void reject(String reason, int times) {
		for (int i = 0; i < times; i++) {
			this.logger.onRejected(reason);
		}
	}

}
