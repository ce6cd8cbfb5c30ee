package io.openclaw.tokenbucket.gateway;

import java.net.ConnectException;
import java.net.URI;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonPointer;

import org.springframework.cloud.gateway.support.ServerWebExchangeUtils;
import org.springframework.core.io.buffer.DataBuffer;
import org.springframework.http.HttpStatusCode;
import org.springframework.web.server.ServerWebExchange;
import org.springframework.web.util.DisconnectedClientHelper;

import io.openclaw.tokenbucket.limiter.NanoClock;
import io.openclaw.tokenbucket.limiter.decision.Decision;
import io.openclaw.tokenbucket.limiter.decision.Settlement;

/**
 * What one request took in advance of its costs. Each limit is settled once: when the
 * response is whole, or however else the request ends. Thread-safe.
 */
final class OpenSettlements {

	private static final String ATTRIBUTE = OpenSettlements.class.getName();

	private final ServerWebExchange exchange;

	private final ResponseMeter response;

	private List<Open> open = new ArrayList<>(1);

	private boolean ended;

	OpenSettlements(ServerWebExchange exchange, NanoClock clock) {
		this.exchange = exchange;
		this.response = new ResponseMeter(exchange, clock);
	}

	/**
	 * Begins with a request.
	 */
	static OpenSettlements begin(ServerWebExchange exchange) {
		OpenSettlements begun = new OpenSettlements(exchange, NanoClock.SYSTEM);
		exchange.getAttributes().put(ATTRIBUTE, begun);
		return begun;
	}

	/**
	 * What a request took.
	 * @return {@code null} if nobody would settle it
	 */
	static @Nullable OpenSettlements of(ServerWebExchange exchange) {
		return exchange.getAttribute(ATTRIBUTE);
	}

	/**
	 * Takes over what a request was charged in advance. One that has ended by now used
	 * nothing.
	 * @param items what it was to pay
	 * @param decisions one for each of them
	 */
	void add(List<Bill.Item> items, List<Decision> decisions) {
		for (int i = 0; i < items.size(); i++) {
			Decision decision = decisions.get(i);
			if (decision.settlement() != null) {
				add(decision, Objects.requireNonNull(items.get(i).limit().settling()));
			}
		}
	}

	/**
	 * The same for one decision.
	 */
	void add(Decision decision, Settling settling) {
		Settlement settlement = decision.settlement();
		if (settlement != null && !add(new Open(settlement, settling))) {
			settlement.refund();
		}
	}

	private synchronized boolean add(Open taken) {
		return !this.ended && this.open.add(taken);
	}

	/**
	 * The head of the response is about to be sent: settles what it tells.
	 */
	void head() {
		List<Open> due = new ArrayList<>(1);
		synchronized (this) {
			this.open.removeIf((taken) -> taken.isToldBy(this.response) && due.add(taken));
		}
		due.forEach((taken) -> taken.settle(this.response, Ending.ANSWERED));
	}

	/**
	 * The body of the response begins.
	 * @return whether anybody wants to see it
	 */
	synchronized boolean begin() {
		List<JsonPointer> fields = new ArrayList<>(1);
		for (Open each : this.open) {
			if (each.settling().rule() instanceof SettlementRule.Json json) {
				fields.add(json.field());
			}
		}
		this.response.begin(fields);
		return !this.open.isEmpty();
	}

	void read(DataBuffer piece) {
		this.response.read(piece);
	}

	/**
	 * The last byte of the response passes, or the response has none.
	 */
	void answered() {
		HttpStatusCode status = this.exchange.getResponse().getStatusCode();
		end((status != null && status.is5xxServerError()) ? Ending.FAILED : Ending.ANSWERED);
	}

	void failed(Throwable failure) {
		boolean unreachable = failure instanceof ConnectException || failure instanceof UnknownHostException;
		end(unreachable ? Ending.NOT_FORWARDED
				: DisconnectedClientHelper.isClientDisconnectedException(failure) ? Ending.CANCELLED : Ending.FAILED);
	}

	void cancelled() {
		end(Ending.CANCELLED);
	}

	private void end(Ending ending) {
		List<Open> due;
		synchronized (this) {
			this.ended = true;
			due = this.open;
			this.open = new ArrayList<>(0);
		}
		Ending actual = isForwarded() ? ending : Ending.NOT_FORWARDED;
		due.forEach((taken) -> taken.settle(this.response, actual));
	}

	// A handler of this gateway that a route forwards to is an upstream like any other.
	private boolean isForwarded() {
		return ServerWebExchangeUtils.isAlreadyRouted(this.exchange)
				|| (this.exchange.getAttribute(ServerWebExchangeUtils.GATEWAY_REQUEST_URL_ATTR) instanceof URI target
						&& "forward".equals(target.getScheme()));
	}

	private record Open(Settlement settlement, Settling settling) {

		void settle(ResponseMeter response, Ending ending) {
			if (ending == Ending.NOT_FORWARDED) {
				this.settlement.refund();
				return;
			}
			this.settling.rule()
				.costOf(response, ending)
				.subscribe(this.settlement::settle, (failure) -> unknown(ending), () -> unknown(ending));
		}

		boolean isToldBy(ResponseMeter head) {
			return this.settling.rule() instanceof SettlementRule.Header header
					&& head.header(header.name()).isPresent();
		}

		// Does nothing where the cost was known.
		private void unknown(Ending ending) {
			if (ending != Ending.ANSWERED && this.settling.onError() == ErrorSettlement.REFUND) {
				this.settlement.refund();
			}
			else {
				this.settlement.keep();
			}
		}

	}

}
