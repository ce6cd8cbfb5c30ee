package io.openclaw.tokenbucket.gateway.key;

import java.net.Inet6Address;
import java.net.InetAddress;

import io.netty.util.NetUtil;
import reactor.core.publisher.Mono;

import org.springframework.web.server.ServerWebExchange;

import io.openclaw.tokenbucket.gateway.address.AddressBlock;
import io.openclaw.tokenbucket.gateway.address.AddressText;
import io.openclaw.tokenbucket.gateway.address.ClientAddresses;

/**
 * The address that a request comes from. IPv6 addresses count per /64, of which one
 * subscriber commonly has a whole one to choose addresses from. Behind a translator with
 * the well-known prefix of RFC 6052 all of IPv4 is one /64: there it is the embedded IPv4
 * address that counts.
 *
 * @param addresses finds addresses
 */
record AddressKey(ClientAddresses addresses) implements RequestKey {

	private static final int PREFIX = 64;

	private static final AddressBlock NAT64 = AddressBlock.parse("64:ff9b::/96");

	private static final int IPV4_BYTES = 4;

	private static final String NETWORK = "/" + PREFIX;

	@Override
	public Mono<String> resolve(ServerWebExchange exchange) {
		return Mono.justOrEmpty(this.addresses.of(exchange.getRequest())).map(AddressKey::toText);
	}

	@Override
	public String source() {
		return "a remote IP address";
	}

	@Override
	public String canonical(String text) {
		String network = text.endsWith(NETWORK) ? text.substring(0, text.length() - NETWORK.length()) : text;
		InetAddress address = AddressText.parse(network);
		if (address == null || (text.endsWith(NETWORK) && !(address instanceof Inet6Address))) {
			throw new IllegalArgumentException("an address looks like 192.0.2.7, 2001:db8::1 or 2001:db8::/64");
		}
		return toText(address);
	}

	private static String toText(InetAddress address) {
		if (NAT64.contains(address)) {
			byte[] bytes = address.getAddress();
			return NetUtil.bytesToIpAddress(bytes, bytes.length - IPV4_BYTES, IPV4_BYTES);
		}
		return (address instanceof Inet6Address) ? AddressBlock.around(address, PREFIX).toString()
				: address.getHostAddress();
	}

}
