package io.openclaw.tokenbucket.gateway.address;

import java.net.InetAddress;
import java.net.UnknownHostException;
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
		byte[] address = NetUtil.createByteArrayFromIpAddressString(text);
		try {
			return (address != null) ? InetAddress.getByAddress(address) : null;
		}
		catch (UnknownHostException ex) {
			return null;
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
