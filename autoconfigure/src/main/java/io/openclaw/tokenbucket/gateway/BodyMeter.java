package io.openclaw.tokenbucket.gateway;

import java.util.ArrayList;
import java.util.List;

import reactor.core.publisher.Mono;

import io.openclaw.tokenbucket.crdt.MicroTokens;
import io.openclaw.tokenbucket.gateway.body.ArrivedBody;
import io.openclaw.tokenbucket.limiter.decision.Charge;
import io.openclaw.tokenbucket.limiter.decision.Decision;

/**
 * Has the rest of a body paid as it arrives, piece by piece, before it is passed on.
 * Bytes that have passed stay paid. Mutable, confined to the stream of its body.
 */
final class BodyMeter implements ArrivedBody.Meter {

	private final Cashier cashier;

	private final List<Account> accounts;

	private long bytes;

	private volatile List<Decision> rejectingDecisions = List.of();

	BodyMeter(Cashier cashier, Bill bill, long bytes) {
		this.cashier = cashier;
		this.accounts = bill.items().stream().filter((item) -> isMetered(item.limit())).map(Account::new).toList();
		this.bytes = bytes;
	}

	static boolean isMetered(RequestLimit limit) {
		return limit.cost() instanceof PayloadSizeCost;
	}

	/**
	 * The decisions for which the rest of the body did not pass, one of them rejected.
	 * @return none if all has passed so far
	 */
	List<Decision> rejectingDecisions() {
		return this.rejectingDecisions;
	}

	@Override
	public Mono<Boolean> mayPass(int more) {
		this.bytes += more;
		List<Charge> due = new ArrayList<>(this.accounts.size());
		for (Account account : this.accounts) {
			account.bill(this.bytes, due);
		}
		return due.isEmpty() ? Mono.just(true) : this.cashier.pay(due).map(this::areAdmitted);
	}

	private boolean areAdmitted(List<Decision> decisions) {
		if (decisions.stream().allMatch(Decision::isAdmitted)) {
			return true;
		}
		this.rejectingDecisions = decisions;
		return false;
	}

	private final class Account {

		private final Charge first;

		private final PayloadSizeCost cost;

		private long paid;

		Account(Bill.Item item) {
			this.first = item.charge();
			this.cost = (PayloadSizeCost) item.limit().cost();
			this.paid = item.charge().tokens();
		}

		// Of a body that no bucket could ever hold all is asked for, to be refused for
		// that.
		void bill(long length, List<Charge> due) {
			long all = this.cost.tokens(length);
			long capacity = BodyMeter.this.cashier.limiter().policy(this.first.limit()).limit().capacity();
			long tokens = (all > MicroTokens.toWholeTokens(capacity)) ? all : all - this.paid;
			if (tokens > 0) {
				due.add(new Charge(this.first.limit(), this.first.key(), tokens));
			}
			this.paid = all;
		}

	}

}
