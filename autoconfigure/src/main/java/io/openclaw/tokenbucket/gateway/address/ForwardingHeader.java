package io.openclaw.tokenbucket.gateway.address;

import java.util.List;
import java.util.function.Function;

/**
 * The header in which proxies write the address of a caller.
 */
public enum ForwardingHeader {

	/** {@code X-Forwarded-For}, which nearly all proxies write. */
	X_FORWARDED_FOR("X-Forwarded-For", ForwardedNodes::ofXForwardedFor),

	/** {@code Forwarded} (RFC 7239). */
	FORWARDED("Forwarded", ForwardedNodes::ofForwarded);

	private final String headerName;

	private final Function<List<String>, List<String>> reader;

	ForwardingHeader(String headerName, Function<List<String>, List<String>> reader) {
		this.headerName = headerName;
		this.reader = reader;
	}

	/**
	 * The name of the header.
	 * @return the name as it is usually written
	 */
	public String headerName() {
		return this.headerName;
	}

	ForwardingHeader other() {
		return (this == FORWARDED) ? X_FORWARDED_FOR : FORWARDED;
	}

	List<String> nodes(List<String> lines) {
		return this.reader.apply(lines);
	}

}
