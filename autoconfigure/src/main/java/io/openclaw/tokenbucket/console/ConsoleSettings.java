package io.openclaw.tokenbucket.console;

import java.net.URI;
import java.util.List;
import java.util.stream.Stream;

import org.jspecify.annotations.Nullable;

/**
 * The settings that the page receives. Immutable.
 *
 * @param path the path of the page under the server that serves it, such as
 * {@code /actuator/console}
 * @param endpoints the path of the endpoints, such as {@code /actuator}
 * @param writes whether the endpoint {@code tokenbuckets} takes writes
 * @param gateways the pages of the fleet's gateways, as browsers reach them; this page
 * shows them together
 * @param extension a JavaScript module that adds to the page; {@code null} for none
 */
public record ConsoleSettings(String path, String endpoints, boolean writes, List<URI> gateways,
		@Nullable String extension) {

	// The same machine, whichever of its names a person types. Policies know no ::1.
	private static final List<String> LOOPBACK = List.of("localhost", "127.0.0.1");

	/**
	 * Whether a page of another origin may read the stream of this gateway.
	 * @param origin the value of the header {@code Origin}
	 * @return whether it is the origin of one of the gateways
	 */
	boolean isTrusted(String origin) {
		return origins().anyMatch(origin::equals);
	}

	/**
	 * The origins (RFC 6454) of the gateways, as browsers write them.
	 */
	Stream<String> origins() {
		return this.gateways.stream().flatMap(ConsoleSettings::originsOf).distinct();
	}

	private static Stream<String> originsOf(URI page) {
		String port = (page.getPort() < 0) ? "" : ":" + page.getPort();
		List<String> hosts = LOOPBACK.contains(page.getHost()) ? LOOPBACK : List.of(page.getHost());
		return hosts.stream().map((host) -> page.getScheme() + "://" + host + port);
	}

}
