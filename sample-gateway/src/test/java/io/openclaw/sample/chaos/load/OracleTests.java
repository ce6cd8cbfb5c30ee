package io.openclaw.sample.chaos.load;

import java.util.stream.IntStream;

import org.junit.jupiter.api.Test;

import io.openclaw.sample.chaos.load.Oracle.Account;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

class OracleTests {

	private static final long SECOND = 1_000_000_000;

	private final Oracle oracle = new Oracle(100, 10);

	@Test
	void perfectBucketAdmitsItsCapacityAndWhatIsRefilled() {
		send(200, SECOND);
		assertThat(this.oracle.account().ideal()).isEqualTo(100);
		send(200, 4 * SECOND);
		assertThat(this.oracle.account().ideal()).isEqualTo(130);
		assertThat(this.oracle.account().sent()).isEqualTo(400);
	}

	@Test
	void perfectBucketHoldsNoMoreThanItsCapacity() {
		send(1, SECOND);
		send(200, 1000 * SECOND);
		assertThat(this.oracle.account().ideal()).isEqualTo(101);
	}

	@Test
	void rejectionIsWrongWhileAPerfectBucketHasTokensLeft() {
		send(90, SECOND);
		assertThat(this.oracle.rejected(SECOND)).isTrue();
		send(5, SECOND);
		assertThat(this.oracle.rejected(SECOND)).isFalse();
		assertThat(this.oracle.rejected(2 * SECOND)).isTrue();
		assertThat(this.oracle.account().wrong()).isEqualTo(2);
	}

	@Test
	void accountTellsWhatWasAdmittedBesideThePerfectBucket() {
		send(80, SECOND);
		admit(80);
		Account before = this.oracle.account();
		send(100, SECOND);
		admit(40);
		assertThat(this.oracle.account().ratio()).isEqualTo(1.2);
		assertThat(this.oracle.account().drift()).isCloseTo(0.2, within(1e-9));
		assertThat(this.oracle.account().since(before)).isEqualTo(new Account(100, 100, 20, 40, 0));
	}

	@Test
	void accountSinceAMomentBeginsWithWhatTheFleetHadLeft() {
		send(80, SECOND);
		admit(50);
		Account before = this.oracle.account();
		send(100, SECOND);
		admit(50);
		assertThat(this.oracle.account().since(before)).isEqualTo(new Account(100, 100, 50, 50, 0));
	}

	private void send(int requests, long now) {
		IntStream.range(0, requests).forEach((i) -> this.oracle.sent(now));
	}

	private void admit(int requests) {
		IntStream.range(0, requests).forEach((i) -> this.oracle.admitted());
	}

}
