package io.openclaw.tokenbucket.replication.wire;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

import io.openclaw.tokenbucket.limiter.adaptive.AdaptiveRate;
import io.openclaw.tokenbucket.limiter.adaptive.Observation;
import io.openclaw.tokenbucket.limiter.adaptive.RateReport;
import io.openclaw.tokenbucket.replication.port.MalformedMessageException;

/**
 * The section of messages that speaks of refill rates which follow an upstream. Stateless
 * and thread-safe.
 */
public final class RateSections {

	/** Registers of some limits, and what the sender saw of their upstreams. */
	public static final long RATES = 2;

	/** So many limits are in one message at the most. */
	public static final int MAX_AT_ONCE = 100;

	private static final int PARTIAL = 1;

	private static final int OBSERVED = 2;

	private RateSections() {
	}

	public static Sections rates(Sections sections, Collection<RateReport> reports) {
		return reports.isEmpty() ? sections : sections.with(RATES, (out) -> {
			out.writeNumber(reports.size());
			reports.forEach((report) -> write(report, out));
		});
	}

	/**
	 * What a message says of rates.
	 */
	public static List<RateReport> rates(Message message) throws MalformedMessageException {
		Optional<WireReader> in = message.sections().find(RATES);
		if (in.isEmpty()) {
			return List.of();
		}
		List<RateReport> reports = new ArrayList<>();
		for (int left = in.get().readCount(MAX_AT_ONCE); left > 0; left--) {
			reports.add(read(in.get()));
		}
		in.get().requireEnd();
		return reports;
	}

	private static void write(RateReport report, WireWriter out) {
		AdaptiveRate rate = report.rate();
		Observation seen = report.observation();
		out.writeText(report.limit());
		out.writeNumber(report.definition());
		out.writeByte((rate.partial() ? PARTIAL : 0) | ((seen != null) ? OBSERVED : 0));
		out.writeNumber(rate.step());
		out.writeNumber(rate.factor());
		out.writeNumber(rate.capacity());
		out.writeNumber(rate.baseline());
		out.writeNumber(rate.reference());
		out.writeNumber(rate.count());
		if (seen != null) {
			out.writeNumber(seen.micros());
			out.writeNumber(seen.sent());
			out.writeNumber(seen.answered());
			out.writeNumber(seen.refused());
			out.writeNumber(seen.logLatency());
			out.writeNumber(seen.inFlight());
		}
	}

	private static RateReport read(WireReader in) throws MalformedMessageException {
		String limit = in.readText();
		long definition = in.readBits();
		int flags = in.readByte();
		if (flags > (PARTIAL | OBSERVED)) {
			throw new MalformedMessageException("malformed");
		}
		AdaptiveRate rate = new AdaptiveRate(in.readNumber(), in.readNumber(), in.readNumber(), in.readNumber(),
				in.readNumber(), in.readNumber(), (flags & PARTIAL) != 0);
		return new RateReport(limit, definition, rate, ((flags & OBSERVED) != 0) ? readObservation(in) : null);
	}

	private static Observation readObservation(WireReader in) throws MalformedMessageException {
		return new Observation(readCount(in), readCount(in), readCount(in), readCount(in), readCount(in),
				readCount(in));
	}

	private static long readCount(WireReader in) throws MalformedMessageException {
		long count = in.readNumber();
		if (count > Observation.LARGEST) {
			throw new MalformedMessageException("range");
		}
		return count;
	}

}
