package io.openclaw.tokenbucket.console;

import java.net.URI;
import java.util.List;

import org.jspecify.annotations.Nullable;

/**
 * What the page is told. Immutable.
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

	/**
	 * Whether a page of another origin may read the stream of this gateway.
	 * @param origin the value of the header {@code Origin}
	 * @return whether it is the origin of one of the gateways
	 */
	boolean isTrusted(String origin) {
		return this.gateways.stream().map(ConsoleSettings::originOf).anyMatch(origin::equals);
	}

	/**
	 * The origin of a URL (RFC 6454), as browsers write it.
	 */
	static String originOf(URI url) {
		return url.getScheme() + "://" + url.getAuthority();
	}

}
