package io.openclaw.tokenbucket.gateway.address;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.HexFormat;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import io.netty.util.NetUtil;
import org.jspecify.annotations.Nullable;

/**
 * Reads IP addresses. Never asks a name server, whatever the text says.
 */
public final class AddressText {

	private static final Pattern BRACKETS = Pattern.compile("\\[([0-9A-Fa-f:.]+)](?::[^:]*)?");

	private static final Pattern DOTTED = Pattern.compile("([0-9.]+)(?::[^:]*)?");

	private AddressText() {
	}

	/**
	 * Reads an address.
	 * @param text such as {@code 192.0.2.7} or {@code 2001:db8::1}
	 * @return the address; an IPv4 address also where it is mapped into IPv6;
	 * {@code null} if it is none, or has a zone, which means nothing elsewhere
	 */
	public static @Nullable InetAddress parse(String text) {
		if (text.indexOf('%') >= 0 || text.indexOf('[') >= 0) {
			return null;
		}
		byte[] address = NetUtil.createByteArrayFromIpAddressString(withoutDottedTail(text));
		return (address != null) ? of(address) : null;
	}

	// RFC 4291, section 2.2, form 3, which Netty reads in mapped addresses only.
	private static String withoutDottedTail(String text) {
		int tail = text.lastIndexOf(':') + 1;
		if (tail == 0 || !NetUtil.isValidIpV4Address(text.substring(tail))) {
			return text;
		}
		byte[] last = NetUtil.createByteArrayFromIpAddressString(text.substring(tail));
		return text.substring(0, tail) + HexFormat.of().formatHex(last, 0, 2) + ':'
				+ HexFormat.of().formatHex(last, 2, 4);
	}

	/**
	 * An address without what means nothing to others: its zone, its name, and that it is
	 * mapped into IPv6.
	 * @param address any address
	 * @return the address itself, of IPv4 where it is mapped
	 */
	static InetAddress normalize(InetAddress address) {
		return of(address.getAddress());
	}

	private static InetAddress of(byte[] address) {
		try {
			return InetAddress.getByAddress(address);
		}
		catch (UnknownHostException ex) {
			throw new IllegalStateException("addresses have 4 or 16 bytes", ex);
		}
	}

	/**
	 * Reads the address of a node as proxies write it: with or without a port, which may
	 * be hidden, IPv6 in brackets or bare.
	 * @param node such as {@code [2001:db8::1]:4711}
	 * @return the address; {@code null} if it is none, as {@code unknown} and
	 * {@code _hidden} are not
	 */
	static @Nullable InetAddress parseNode(String node) {
		Matcher matcher = BRACKETS.matcher(node);
		if (!matcher.matches()) {
			matcher = DOTTED.matcher(node);
		}
		return parse(matcher.matches() ? matcher.group(1) : node);
	}

}
