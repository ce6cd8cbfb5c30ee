package io.openclaw.tokenbucket.replication.delivery;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link FlowControl}.
 */
class FlowControlTests {

	private final FlowControl flow = new FlowControl();

	private long last;

	@Test
	void allMayBePublishedWhileTheOthersKeepUp() {
		assertThat(publishUpTo(100_000)).isEqualTo(100_000);
		renew(false);
		assertThat(publishUpTo(100_000)).isEqualTo(100_000);
	}

	@Test
	void fewArePublishedWhileOthersAreLateAndHalfAsManyAsBeforeOnceTheyAreNot() {
		publishUpTo(1_000);
		for (int half = 0; half < 5; half++) {
			renew(true);
			assertThat(publishUpTo(1_000)).isEqualTo(10);
		}
		renew(false);
		assertThat(publishUpTo(1_000)).isEqualTo(500);
	}

	@Test
	void moreArePublishedAfterWhatWasPublishedIsAcknowledged() {
		publishUpTo(1_000);
		renew(true);
		renew(false);
		long unacknowledged = this.last - 1;
		for (int half = 0; half < 5; half++) {
			publishUpTo(1_000);
			this.flow.renew(false, ++this.last, unacknowledged);
			assertThat(publishUpTo(1_000)).isEqualTo(500);
		}
		renew(false);
		assertThat(publishUpTo(1_000)).isEqualTo(562);
		this.flow.renew(false, this.last, this.last);
		assertThat(publishUpTo(1_000)).isEqualTo(632);
	}

	@Test
	void allMayBePublishedAgainOnceLessChangesThanMay() {
		publishUpTo(1_000);
		renew(true);
		renew(false);
		publishUpTo(499);
		renew(false);
		assertThat(publishUpTo(100_000)).isEqualTo(100_000);
	}

	@Test
	void whoLeavesPublishesEverything() {
		publishUpTo(1_000);
		renew(true);
		this.flow.leave();
		renew(true);
		assertThat(publishUpTo(100_000)).isEqualTo(100_000);
	}

	private void renew(boolean late) {
		this.last++;
		this.flow.renew(late, this.last, this.last);
	}

	private int publishUpTo(int changed) {
		int published = 0;
		while (published < changed && this.flow.isOpen()) {
			this.flow.publish();
			published++;
		}
		return published;
	}

}
