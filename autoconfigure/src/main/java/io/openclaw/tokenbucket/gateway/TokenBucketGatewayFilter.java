package io.openclaw.tokenbucket.gateway;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;

import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.netty.DisposableChannel;
import reactor.netty.http.server.HttpServerResponse;

import org.springframework.cloud.gateway.filter.GatewayFilterChain;
import org.springframework.cloud.gateway.support.ServerWebExchangeUtils;
import org.springframework.http.server.reactive.ServerHttpResponseDecorator;
import org.springframework.web.server.ServerWebExchange;

import io.openclaw.tokenbucket.crdt.MicroTokens;
import io.openclaw.tokenbucket.gateway.answer.ProblemResponses;
import io.openclaw.tokenbucket.gateway.body.ArrivedBody;
import io.openclaw.tokenbucket.gateway.body.ClientDisconnect;
import io.openclaw.tokenbucket.limiter.AlternativeBuckets;
import io.openclaw.tokenbucket.limiter.TokenBucketLimiter;
import io.openclaw.tokenbucket.limiter.decision.Charge;
import io.openclaw.tokenbucket.limiter.decision.Decision;
import io.openclaw.tokenbucket.limiter.decision.Reason;
import io.openclaw.tokenbucket.limiter.decision.Refusal;
import io.openclaw.tokenbucket.limiter.limit.Mode;
import io.openclaw.tokenbucket.limiter.membership.FleetState;

/**
 * Lets a request pass if every limit has tokens for it, and answers it otherwise. Does no
 * I/O, except that it reads the beginning of a body that a limit counts by size and whose
 * length is not announced. Thread-safe.
 */
final class TokenBucketGatewayFilter implements LimitingFilter {

	private final List<String> names;

	private final RequestLimits limits;

	private final TokenBucketLimiter limiter;

	private final AlternativeBuckets alternatives;

	private final Cashier cashier;

	private final RequestDecisions requestDecisions;

	private final ProblemResponses problems;

	TokenBucketGatewayFilter(List<String> names, RequestLimits limits, Cashier cashier,
			RequestDecisions requestDecisions, ProblemResponses problems) {
		this.names = List.copyOf(names);
		this.limits = limits;
		this.limiter = cashier.limiter();
		this.alternatives = cashier.limiter().alternatives();
		this.cashier = cashier;
		this.requestDecisions = requestDecisions;
		this.problems = problems;
	}

	/**
	 * Tells of a request that is answered since the upstream of its route is slow.
	 */
	void circuitOpen() {
		this.names.forEach((name) -> this.limiter.refused(name, Refusal.CIRCUIT_OPEN));
	}

	@Override
	public List<String> limits() {
		return this.names;
	}

	@Override
	public Mono<Void> filter(ServerWebExchange exchange, GatewayFilterChain chain) {
		return ClientDisconnect.isPossibleIn(exchange.getRequest())
				? ClientDisconnect.cancels(exchange, (whole) -> Mono.defer(() -> limit(whole, chain)))
				: Mono.defer(() -> limit(exchange, chain));
	}

	private Mono<Void> limit(ServerWebExchange exchange, GatewayFilterChain chain) {
		this.problems.retract(exchange);
		// By name each time: limits may be configured anew while routes stay.
		List<RequestLimit> unpaid = unpaid(exchange);
		if (isMetered(unpaid) && ArrivedBody.isNeededFor(exchange)) {
			return ArrivedBody.read(exchange,
					(body) -> bill(unpaid, exchange).flatMap((bill) -> payAndRoute(bill, body, exchange, chain)));
		}
		return Immediate.flatMap(bill(unpaid, exchange), (bill) -> payAndRoute(bill, exchange, chain));
	}

	private List<RequestLimit> unpaid(ServerWebExchange exchange) {
		List<RequestLimit> unpaid = new ArrayList<>(this.names.size());
		for (String name : this.names) {
			RequestLimit limit = this.limits.get(name);
			if (!this.requestDecisions.hasPaid(exchange, limit)) {
				unpaid.add(limit);
			}
		}
		return unpaid;
	}

	private static boolean isMetered(List<RequestLimit> unpaid) {
		for (RequestLimit limit : unpaid) {
			if (BodyMeter.isMetered(limit)) {
				return true;
			}
		}
		return false;
	}

	private Mono<Bill> bill(List<RequestLimit> unpaid, ServerWebExchange exchange) {
		if (unpaid.size() == 1) {
			return unpaid.get(0).bill(exchange);
		}
		return Flux.fromIterable(unpaid).concatMap((limit) -> limit.bill(exchange)).reduce(Bill.EMPTY, Bill::plus);
	}

	private Mono<Void> payAndRoute(Bill bill, ArrivedBody body, ServerWebExchange exchange, GatewayFilterChain chain) {
		BodyMeter meter = new BodyMeter(this.cashier, bill, ArrivedBody.lengthOf(exchange));
		return payAndRoute(bill, exchange, (passed) -> body.pass(passed, meter, chain::filter,
				(stop) -> answer(stop, bill, meter.rejectingDecisions(), exchange), () -> abort(exchange)));
	}

	private Mono<Void> answer(ArrivedBody.Stop stop, Bill bill, List<Decision> decisions, ServerWebExchange exchange) {
		ServerWebExchangeUtils.reset(exchange);
		return (stop == ArrivedBody.Stop.GONE) ? this.problems.bodyGone(exchange) : reject(bill, decisions, exchange);
	}

	// The service began to answer before it had the whole body: half an answer must not
	// look like a whole one.
	private static void abort(ServerWebExchange exchange) {
		Object server = ServerHttpResponseDecorator.getNativeResponse(exchange.getResponse());
		if (server instanceof HttpServerResponse response) {
			response.withConnection(DisposableChannel::dispose);
		}
	}

	private Mono<Void> payAndRoute(Bill bill, ServerWebExchange exchange, GatewayFilterChain chain) {
		if (!bill.keyless().isEmpty()) {
			List<RequestLimit> enforced = bill.keyless().stream().filter(this::isEnforced).toList();
			if (!enforced.isEmpty()) {
				return missingKey(enforced, exchange);
			}
		}
		if (bill.items().isEmpty()) {
			return chain.filter(exchange);
		}
		bill.alternating((item) -> this.alternatives.begin(item.charge(), item.alternatives()));
		return Immediate.flatMap(pay(bill, exchange), (decisions) -> routeOrReject(bill, decisions, exchange, chain));
	}

	private Mono<List<Decision>> pay(Bill bill, ServerWebExchange exchange) {
		List<Charge> charges = bill.charges();
		OpenSettlements open = OpenSettlements.of(exchange);
		return (open == null) ? this.cashier.pay(charges)
				: this.cashier.pay(charges, (decisions) -> open.add(bill.items(), decisions));
	}

	private Mono<Void> missingKey(List<RequestLimit> keyless, ServerWebExchange exchange) {
		keyless.forEach((limit) -> this.limiter.refused(limit.name(), Refusal.MISSING_KEY));
		return this.problems.missingKey(exchange, keyless.stream().map(RequestLimit::name).toList(),
				keyless.stream().map((limit) -> limit.key().source()).distinct().toList(),
				keyless.stream().anyMatch((limit) -> limit.key().authenticates()));
	}

	private boolean isEnforced(RequestLimit limit) {
		return this.limiter.policy(limit.name()).mode() == Mode.ENFORCE;
	}

	private Mono<Void> routeOrReject(Bill bill, List<Decision> decisions, ServerWebExchange exchange,
			GatewayFilterChain chain) {
		for (Decision decision : decisions) {
			if (!decision.isAdmitted()) {
				return reject(bill, decisions, exchange);
			}
		}
		bill.alternating((item) -> this.alternatives.spend(item.charge(), item.alternatives()));
		this.requestDecisions.addToResponse(exchange, decisions);
		return chain.filter(exchange);
	}

	private Mono<Void> reject(Bill bill, List<Decision> decisions, ServerWebExchange exchange) {
		for (Decision decision : decisions) {
			if (decision.reason() == Reason.COST_ABOVE_CAPACITY) {
				return rejectForever(bill, decisions, exchange);
			}
		}
		FleetState state = this.limiter.state();
		if (!state.isExcluded()) {
			this.requestDecisions.addToResponse(exchange, decisions);
		}
		return this.problems.rejected(exchange, decisions, state);
	}

	private Mono<Void> rejectForever(Bill bill, List<Decision> decisions, ServerWebExchange exchange) {
		List<Decision> impossible = decisions.stream()
			.filter((decision) -> decision.reason() == Reason.COST_ABOVE_CAPACITY)
			.toList();
		OptionalLong mostBytes = mostBytes(bill, impossible);
		return mostBytes.isPresent() ? this.problems.bodyTooLarge(exchange, impossible, mostBytes.getAsLong())
				: this.problems.costAboveCapacity(exchange, impossible);
	}

	// Empty where it is not the size of the body that costs too much.
	private static OptionalLong mostBytes(Bill bill, List<Decision> impossible) {
		return impossible.stream()
			.flatMapToLong((decision) -> bill.items()
				.stream()
				.filter((item) -> item.limit().covers(decision.limit().name()))
				.filter((item) -> item.limit().cost() instanceof PayloadSizeCost)
				.mapToLong((item) -> ((PayloadSizeCost) item.limit().cost())
					.bytes(MicroTokens.toWholeTokens(decision.limit().capacity()))))
			.min();
	}

	@Override
	public String toString() {
		return "[TokenBucket limits = " + this.names + "]";
	}

}
