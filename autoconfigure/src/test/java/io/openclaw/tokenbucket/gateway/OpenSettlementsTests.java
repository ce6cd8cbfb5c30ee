package io.openclaw.tokenbucket.gateway;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import reactor.core.Disposable;
import reactor.core.publisher.Mono;

import org.springframework.cloud.gateway.support.ServerWebExchangeUtils;
import org.springframework.http.HttpStatus;
import org.springframework.mock.http.server.reactive.MockServerHttpRequest;
import org.springframework.mock.web.server.MockServerWebExchange;

import io.openclaw.tokenbucket.gateway.address.ClientAddresses;
import io.openclaw.tokenbucket.gateway.address.TrustedProxies;
import io.openclaw.tokenbucket.gateway.key.BucketNames;
import io.openclaw.tokenbucket.gateway.key.KeyIds;
import io.openclaw.tokenbucket.gateway.key.RequestKeyParser;
import io.openclaw.tokenbucket.limiter.Fleets;
import io.openclaw.tokenbucket.limiter.LocalMember;
import io.openclaw.tokenbucket.limiter.decision.Charge;
import io.openclaw.tokenbucket.limiter.decision.Decision;
import io.openclaw.tokenbucket.limiter.limit.Consistency;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatNoException;

/**
 * What becomes of a reservation of 300 of 1000 tokens whose request waits, ends and is
 * settled in every order.
 */
class OpenSettlementsTests {

	private final LocalMember member = new LocalMember(Fleets.policy(Fleets.limit(1000, "0.001"), Consistency.BOUNDED));

	private final Cashier cashier = new Cashier(this.member.limiter(), DecisionObserver.NONE);

	private final MockServerWebExchange exchange = MockServerWebExchange.from(MockServerHttpRequest.get("/"));

	private final OpenSettlements open = OpenSettlements.begin(this.exchange);

	private final List<Bill.Item> items = List.of(new Bill.Item(Charge.inAdvance(LocalMember.LIMIT, "4711", 300, 300),
			new RequestLimit("rating",
					new RequestKeyParser(Map.of(), new ClientAddresses(TrustedProxies.NONE)).parse("global"),
					(any) -> Mono.just(300L), MissingKeyPolicy.SHARED, new BucketNames(new KeyIds(null), false),
					Scope.SHARED, Plans.none("rating"),
					new ResponseCosts(Map.of()).parse("header:X-Used", ErrorSettlement.KEEP, null))));

	@BeforeEach
	void route() {
		ServerWebExchangeUtils.setAlreadyRouted(this.exchange);
	}

	@Test
	void aRequestThatWaitsIsSettledOnceItIsAdmittedAndAnswered() {
		waitInLine();
		List<Decision> decided = new ArrayList<>();
		pay().subscribe(decided::addAll);
		acknowledge();
		this.exchange.getResponse().getHeaders().set("X-Used", "100");
		this.open.answered();
		assertThat(level()).isEqualTo(300);
	}

	@Test
	void aRequestThatIsCancelledWhileItWaitsTakesNothing() {
		waitInLine();
		Disposable waiting = pay().subscribe();
		waiting.dispose();
		this.open.cancelled();
		acknowledge();
		assertThat(level()).isEqualTo(400);
		nothingIsOpen();
	}

	// As where it is admitted on one thread and cancelled on another.
	@Test
	void aRequestThatIsAdmittedAfterItEndedIsRefunded() {
		waitInLine();
		pay().subscribe();
		this.open.cancelled();
		acknowledge();
		assertThat(level()).isEqualTo(400);
		nothingIsOpen();
	}

	@Test
	void howeverOftenARequestEndsItIsSettledOnce() {
		pay().subscribe();
		this.exchange.getResponse().getHeaders().set("X-Used", "100");
		this.open.head();
		this.exchange.getResponse().setStatusCode(HttpStatus.INTERNAL_SERVER_ERROR);
		this.open.answered();
		this.open.failed(new IllegalStateException("by design"));
		this.open.cancelled();
		assertThat(level()).isEqualTo(900);
		nothingIsOpen();
	}

	@Test
	void anAnswerThatCannotBeReadFailsNothing() {
		pay().subscribe();
		assertThatNoException().isThrownBy(this.open::begin);
		this.open.failed(new IllegalStateException("by design"));
		assertThat(level()).isEqualTo(700);
		nothingIsOpen();
	}

	private Mono<List<Decision>> pay() {
		return this.cashier.pay(this.items.stream().map(Bill.Item::charge).toList(),
				(decisions) -> this.open.add(this.items, decisions));
	}

	private void waitInLine() {
		this.member.hear(Fleets.BOB);
		this.member.consume(600);
	}

	private void acknowledge() {
		this.member.publish();
		this.member.acknowledge();
		this.member.advance(Duration.ofMillis(100));
	}

	private long level() {
		return Math.round(this.member.status().level() / 1e6);
	}

	private void nothingIsOpen() {
		assertThat(this.member.limiter().openReservations(LocalMember.LIMIT)).isZero();
	}

}
