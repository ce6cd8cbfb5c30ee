package io.openclaw.tokenbucket.gateway.answer;

import java.time.Duration;
import java.util.List;

import org.junit.jupiter.api.Test;

import org.springframework.http.HttpHeaders;

import io.openclaw.tokenbucket.limiter.decision.Decision;
import io.openclaw.tokenbucket.limiter.decision.Reason;

import static org.assertj.core.api.Assertions.assertThat;

class RateLimitHeadersTests {

	private final HttpHeaders headers = new HttpHeaders();

	@Test
	void aLimitIsToldWithItsQuotaWindowRestAndDelay() {
		write(HeaderStyle.STANDARD, Decisions.admitted("rating", 1000, "10", 499.9));
		assertThat(this.headers.get("RateLimit-Policy")).containsExactly("\"rating\";q=1000;w=100");
		assertThat(this.headers.get("RateLimit")).containsExactly("\"rating\";r=499;t=0");
	}

	@Test
	void delaysAndWindowsAreRoundedUp() {
		write(HeaderStyle.STANDARD, Decisions.admitted("fast", 10, "3", 1),
				Decisions.rejected("slow", Reason.EXHAUSTED, Duration.ofMillis(1001)));
		assertThat(this.headers.getFirst("RateLimit-Policy")).isEqualTo("\"fast\";q=10;w=4, \"slow\";q=10;w=10");
		assertThat(this.headers.getFirst("RateLimit")).isEqualTo("\"fast\";r=1;t=0, \"slow\";r=0;t=2");
	}

	@Test
	void aDelayThatHasNoEndIsToldAsTheTimeToFill() {
		write(HeaderStyle.STANDARD, Decisions.rejected("cut", Reason.REDUCED_CAPACITY, Long.MAX_VALUE));
		assertThat(this.headers.getFirst("RateLimit")).isEqualTo("\"cut\";r=0;t=10");
	}

	@Test
	void limitsOfTheServiceAreToldAsWell() {
		this.headers.add("RateLimit", "\"upstream\";r=1;t=1");
		this.headers.add("RateLimit", "\"upstream2\";r=1;t=1");
		write(HeaderStyle.STANDARD, Decisions.admitted("rating", 1000, "10", 499));
		assertThat(this.headers.get("RateLimit"))
			.containsExactly("\"rating\";r=499;t=0, \"upstream\";r=1;t=1, \"upstream2\";r=1;t=1");
	}

	@Test
	void aDateOfTheServiceAfterWhichToTryAgainIsLeftAlone() {
		this.headers.add("Retry-After", "Wed, 21 Oct 2026 07:28:00 GMT");
		write(HeaderStyle.STANDARD, Decisions.rejected("rating", Reason.EXHAUSTED, Duration.ofSeconds(5)));
		assertThat(this.headers.get("Retry-After")).containsExactly("Wed, 21 Oct 2026 07:28:00 GMT");
	}

	@Test
	void legacyHeadersTellTheLimitInTheWay() {
		write(HeaderStyle.LEGACY, Decisions.admitted("low", 100, "1", 0.5),
				Decisions.rejected("gone", Reason.EXHAUSTED, Duration.ofSeconds(3)));
		assertThat(this.headers.getFirst("X-RateLimit-Limit")).isEqualTo("10");
		assertThat(this.headers.getFirst("X-RateLimit-Remaining")).isEqualTo("0");
		assertThat(this.headers.getFirst("X-RateLimit-Reset")).isEqualTo("3");
		assertThat(this.headers.containsHeader("RateLimit")).isFalse();
	}

	@Test
	void legacyHeadersTellTheLimitWithTheLeastLeftWhenNoneIsInTheWay() {
		write(HeaderStyle.LEGACY, Decisions.admitted("wide", 100, "1", 50), Decisions.admitted("low", 20, "1", 3));
		assertThat(this.headers.getFirst("X-RateLimit-Limit")).isEqualTo("20");
		assertThat(this.headers.getFirst("X-RateLimit-Remaining")).isEqualTo("3");
	}

	@Test
	void bothAreBoth() {
		write(HeaderStyle.BOTH, Decisions.admitted("rating", 1000, "10", 499));
		assertThat(this.headers.headerNames()).containsExactlyInAnyOrder("RateLimit-Policy", "RateLimit",
				"X-RateLimit-Limit", "X-RateLimit-Remaining", "X-RateLimit-Reset");
	}

	@Test
	void noneLeavesTheHeadersOfTheServiceAlone() {
		this.headers.add("RateLimit", "\"upstream\";r=1;t=1");
		write(HeaderStyle.NONE, Decisions.admitted("rating", 1000, "10", 499));
		assertThat(this.headers.headerNames()).containsExactly("RateLimit");
		assertThat(this.headers.getFirst("RateLimit")).isEqualTo("\"upstream\";r=1;t=1");
	}

	private void write(HeaderStyle style, Decision... decisions) {
		new RateLimitHeaders(style).write(List.of(decisions), this.headers);
	}

}
