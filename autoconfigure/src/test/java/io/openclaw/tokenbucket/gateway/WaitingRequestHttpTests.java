package io.openclaw.tokenbucket.gateway;

import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;

import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.http.HttpStatusCode;
import org.springframework.test.context.TestPropertySource;
import org.springframework.web.reactive.function.client.WebClient;

import io.openclaw.tokenbucket.crdt.MemberId;
import io.openclaw.tokenbucket.crdt.MicroTokens;
import io.openclaw.tokenbucket.limiter.BucketStore;
import io.openclaw.tokenbucket.limiter.SoloTicker;
import io.openclaw.tokenbucket.limiter.NanoClock;
import io.openclaw.tokenbucket.limiter.decision.Decision;
import io.openclaw.tokenbucket.limiter.decision.Outcome;
import io.openclaw.tokenbucket.limiter.membership.MembershipView;
import io.openclaw.tokenbucket.limiter.membership.PeerView;
import io.openclaw.tokenbucket.limiter.port.BucketKey;
import io.openclaw.tokenbucket.limiter.port.BucketStatus;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Requests that are short of credit, in a fleet whose other member listens but does not
 * acknowledge unless told to.
 */
@TestPropertySource(properties = "spring.config.name=gateway-waiting")
class WaitingRequestHttpTests extends GatewayOverHttp {

	@Autowired
	private BucketStore store;

	@Autowired
	private NanoClock clock;

	@BeforeEach
	void joinAFleetOfTwo() {
		long now = this.clock.nanoTime();
		PeerView peer = new PeerView(new MemberId("peer", 1), true, now + Duration.ofHours(1).toNanos(), true, now, 0,
				Set.of());
		this.store.membershipChanged(MembershipView.member(this.store.self(), 2, List.of(peer), Set.of(), now), now);
	}

	@Test
	void aWaitingRequestIsRoutedOnceItsSpendingIsAcknowledged() {
		spendCredit("patient");
		CompletableFuture<HttpStatusCode> waiting = send("/slow", "patient");
		awaitWaiting("patient", 1);
		assertThat(waiting).isNotDone();
		acknowledge("patient");
		assertThat(waiting).succeedsWithin(Duration.ofSeconds(5)).isEqualTo(HttpStatusCode.valueOf(200));
	}

	@Test
	void aRequestThatWaitedIsSettled() {
		spendCredit("settled", "patient");
		CompletableFuture<HttpStatusCode> waiting = send("/settled", "patient");
		Awaitility.await().until(() -> this.limiter.peek("settled", "patient").waiting() == 1);
		long before = this.limiter.peek("settled", "patient").level();
		this.store.replicas().acknowledge(new BucketKey("settled", "patient", false), 1, this.clock.nanoTime());
		assertThat(waiting).succeedsWithin(Duration.ofSeconds(5)).isEqualTo(HttpStatusCode.valueOf(200));
		Awaitility.await().until(() -> this.limiter.openReservations("settled") == 0);
		assertThat(before - this.limiter.peek("settled", "patient").level()).isBetween(MicroTokens.ofTokens(1) / 2,
				MicroTokens.ofTokens(1));
	}

	@Test
	void aCallerThatGoesAwayTakesItsPromiseBack() {
		spendCredit("impatient");
		long level = bucket("impatient").level();
		CompletableFuture<HttpStatusCode> waiting = send("/slow", "impatient");
		awaitWaiting("impatient", 1);
		waiting.cancel(true);
		awaitWaiting("impatient", 0);
		acknowledge("impatient");
		assertThat(bucket("impatient").level()).isGreaterThanOrEqualTo(level);
	}

	@Test
	void aCallerThatGoesAwayTakesThePromisesOfAllItsLimitsBack() {
		spendCredit("torn");
		CompletableFuture<HttpStatusCode> waiting = send("/several", "torn");
		awaitWaiting("torn", 1);
		long level = this.limiter.peek("other", "global").level();
		waiting.cancel(true);
		awaitWaiting("torn", 0);
		acknowledge("torn");
		assertThat(this.limiter.peek("other", "global").level()).isGreaterThanOrEqualTo(level);
	}

	private void spendCredit(String caller) {
		spendCredit("slow", caller);
	}

	private void spendCredit(String limit, String caller) {
		Decision decision = this.limiter.tryConsume(limit, caller, 1);
		while (decision.isAdmitted()) {
			decision = this.limiter.tryConsume(limit, caller, 1);
		}
		assertThat(decision.outcome()).isEqualTo(Outcome.WAITING);
		decision.completion().toCompletableFuture().cancel(true);
		publish();
	}

	private void publish() {
		long now = this.clock.nanoTime();
		boolean more = true;
		while (more) {
			more = this.store.replicas().publishNext(1, now).isPresent();
		}
	}

	private void acknowledge(String caller) {
		this.store.replicas().acknowledge(new BucketKey("slow", caller, false), 1, this.clock.nanoTime());
	}

	private void awaitWaiting(String caller, int count) {
		Awaitility.await().atMost(Duration.ofSeconds(5)).until(() -> bucket(caller).waiting() == count);
	}

	private BucketStatus bucket(String caller) {
		return this.limiter.peek("slow", caller);
	}

	private CompletableFuture<HttpStatusCode> send(String path, String caller) {
		return WebClient.create("http://127.0.0.1:" + this.port)
			.get()
			.uri(path)
			.header("X-Caller", caller)
			.exchangeToMono((response) -> response.releaseBody().thenReturn(response.statusCode()))
			.toFuture();
	}

	@SpringBootConfiguration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class Gateway {

		// That of a single gateway would acknowledge in the peer's stead.
		@Bean
		SoloTicker dormantTicker(BucketStore store, NanoClock clock) {
			return new SoloTicker(store, clock, (delay, task) -> {
			}, Duration.ofSeconds(1));
		}

	}

}
