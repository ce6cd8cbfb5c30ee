package io.openclaw.tokenbucket.gateway.address;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.List;

import org.jspecify.annotations.Nullable;
import reactor.netty.http.server.ConnectionInformation;
import reactor.netty.http.server.HttpServerRequest;

import org.springframework.http.server.reactive.ServerHttpRequest;
import org.springframework.http.server.reactive.ServerHttpRequestDecorator;

/**
 * Finds the address that a request comes from: that of the connection, or what trusted
 * proxies say. It looks at the connection and the headers as they arrived, since
 * {@code server.forward-headers-strategy}, which Boot turns on by itself on some
 * platforms, has both replaced by what any caller likes to say. Immutable.
 */
public final class ClientAddresses {

	private static final String FORWARDED = "Forwarded";

	private static final String X_FORWARDED_FOR = "X-Forwarded-For";

	private final TrustedProxies proxies;

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
	 * @return the address; {@code null} if the connection has none. Where
	 * {@code Forwarded} and {@code X-Forwarded-For} name different callers, one of them
	 * was written by a caller and passed on by proxies that know only the other: it is
	 * the address of the connection then
	 */
	public @Nullable InetAddress of(ServerHttpRequest request) {
		Object original = nativeRequest(request);
		InetAddress connected = connected(request, original);
		if (connected == null || this.proxies.isEmpty()) {
			return connected;
		}
		List<String> forwarded = ForwardedNodes.ofForwarded(lines(FORWARDED, request, original));
		List<String> xForwardedFor = ForwardedNodes.ofXForwardedFor(lines(X_FORWARDED_FOR, request, original));
		if (forwarded.isEmpty() || xForwardedFor.isEmpty()) {
			return this.proxies.walk(connected, forwarded.isEmpty() ? xForwardedFor : forwarded);
		}
		InetAddress caller = this.proxies.walk(connected, forwarded);
		return caller.equals(this.proxies.walk(connected, xForwardedFor)) ? caller : connected;
	}

	private static @Nullable InetAddress connected(ServerHttpRequest request, @Nullable Object original) {
		SocketAddress address = (original instanceof ConnectionInformation connection)
				? connection.connectionRemoteAddress() : request.getRemoteAddress();
		return (address instanceof InetSocketAddress inet) ? inet.getAddress() : null;
	}

	private static List<String> lines(String header, ServerHttpRequest request, @Nullable Object original) {
		return (original instanceof HttpServerRequest received) ? received.requestHeaders().getAll(header)
				: request.getHeaders().getOrEmpty(header);
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
