package io.openclaw.tokenbucket.gateway.address;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicBoolean;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;
import reactor.netty.http.server.ConnectionInformation;
import reactor.netty.http.server.HttpServerRequest;

import org.springframework.http.server.reactive.ServerHttpRequest;
import org.springframework.http.server.reactive.ServerHttpRequestDecorator;

/**
 * Finds the address that a request comes from: that of the connection, or what trusted
 * proxies say. It looks at the connection and the headers as they arrived, since
 * {@code server.forward-headers-strategy}, which Boot turns on by itself on some
 * platforms, has both replaced by what any caller likes to say. Thread-safe.
 */
public final class ClientAddresses {

	private static final Log logger = LogFactory.getLog(ClientAddresses.class);

	private final TrustedProxies proxies;

	private final AtomicBoolean warned = new AtomicBoolean();

	/**
	 * Creates the finder.
	 * @param proxies whose forwarding headers are believed
	 */
	public ClientAddresses(TrustedProxies proxies) {
		this.proxies = proxies;
	}

	/**
	 * Finds the address of the caller.
	 * @param request the request
	 * @return the address; {@code null} if the connection has none
	 */
	public @Nullable InetAddress of(ServerHttpRequest request) {
		Object original = nativeRequest(request);
		InetAddress connected = connected(request, original);
		if (connected == null || this.proxies.isEmpty()) {
			return connected;
		}
		ForwardingHeader header = this.proxies.header();
		List<String> nodes = header.nodes(lines(header, request, original));
		if (nodes.isEmpty() && this.proxies.isTrusted(connected)
				&& !lines(header.other(), request, original).isEmpty()) {
			warnOfTheOtherHeader();
		}
		return this.proxies.walk(connected, nodes);
	}

	// Once, since a caller may send it as often as it likes where a proxy writes neither.
	private void warnOfTheOtherHeader() {
		if (this.warned.compareAndSet(false, true)) {
			logger
				.warn(("A trusted proxy sent a request with %2$s and without %1$s. All such callers share the bucket of "
						+ "the proxy. If your proxies write %2$s, set openclaw.proxies.header to %3$s. This line is logged once")
					.formatted(this.proxies.header().headerName(), this.proxies.header().other().headerName(),
							this.proxies.header().other().headerName().toLowerCase(Locale.ROOT)));
		}
	}

	private static @Nullable InetAddress connected(ServerHttpRequest request, @Nullable Object original) {
		SocketAddress address = (original instanceof ConnectionInformation connection)
				? connection.connectionRemoteAddress() : request.getRemoteAddress();
		return (address instanceof InetSocketAddress inet && inet.getAddress() != null)
				? AddressText.normalize(inet.getAddress()) : null;
	}

	private static List<String> lines(ForwardingHeader header, ServerHttpRequest request, @Nullable Object original) {
		return (original instanceof HttpServerRequest received) ? received.requestHeaders().getAll(header.headerName())
				: request.getHeaders().getOrEmpty(header.headerName());
	}

	private static @Nullable Object nativeRequest(ServerHttpRequest request) {
		try {
			return ServerHttpRequestDecorator.getNativeRequest(request);
		}
		catch (IllegalArgumentException | IllegalStateException ex) {
			// No request of a server, or a mock.
			return null;
		}
	}

}
