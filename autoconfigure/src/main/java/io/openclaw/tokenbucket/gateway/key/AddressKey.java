package io.openclaw.tokenbucket.gateway.key;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;

import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;
import reactor.netty.http.server.ConnectionInformation;

import org.springframework.http.server.reactive.ServerHttpRequest;
import org.springframework.http.server.reactive.ServerHttpRequestDecorator;
import org.springframework.web.server.ServerWebExchange;

/**
 * The address that the connection comes from. IPv6 addresses count per /64, of which one
 * subscriber commonly has a whole one to choose addresses from. Forwarding headers are
 * not believed, whatever {@code server.forward-headers-strategy} says: Boot turns it on
 * by itself on some platforms, and then anybody could name any address.
 */
record AddressKey() implements RequestKey {

	private static final int PREFIX_GROUPS = 4;

	@Override
	public Mono<String> resolve(ServerWebExchange exchange) {
		return Mono.justOrEmpty(connectedAddress(exchange.getRequest())).map(AddressKey::toText);
	}

	@Override
	public String source() {
		return "a remote IP address";
	}

	private static @Nullable InetAddress connectedAddress(ServerHttpRequest request) {
		SocketAddress address = (nativeRequest(request) instanceof ConnectionInformation connection)
				? connection.connectionRemoteAddress() : request.getRemoteAddress();
		return (address instanceof InetSocketAddress inet) ? inet.getAddress() : null;
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

	private static String toText(InetAddress address) {
		return (address instanceof Inet6Address inet6) ? prefix(inet6.getAddress()) : address.getHostAddress();
	}

	private static String prefix(byte[] address) {
		StringBuilder text = new StringBuilder();
		for (int group = 0; group < PREFIX_GROUPS; group++) {
			int value = (address[2 * group] & 0xff) << 8 | address[2 * group + 1] & 0xff;
			text.append(Integer.toHexString(value)).append(':');
		}
		return text.append(":/64").toString();
	}

}
