package io.openclaw.tokenbucket.gateway.address;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Arrays;

import io.netty.util.NetUtil;

/**
 * A block of IP addresses, RFC 4632. Immutable.
 */
public final class AddressBlock {

	private final byte[] network;

	private final int prefix;

	private AddressBlock(byte[] network, int prefix) {
		this.network = network;
		this.prefix = prefix;
	}

	/**
	 * Reads a block.
	 * @param text such as {@code 10.0.0.0/8}, {@code 2001:db8::/32} or a single address
	 * @return the block
	 * @throws IllegalArgumentException if it is none, has bits set beyond the prefix, or
	 * contains everybody; the message says what it should be
	 */
	public static AddressBlock parse(String text) {
		int slash = text.indexOf('/');
		InetAddress address = AddressText.parse((slash < 0) ? text : text.substring(0, slash));
		if (address == null) {
			throw new IllegalArgumentException(
					"a block of addresses looks like 10.0.0.0/8, 2001:db8::/32 or 192.0.2.7");
		}
		byte[] bytes = address.getAddress();
		int bits = bytes.length * Byte.SIZE;
		int prefix = (slash < 0) ? bits : parsePrefix(text.substring(slash + 1), bits);
		AddressBlock block = new AddressBlock(mask(bytes, prefix), prefix);
		if (!Arrays.equals(block.network, bytes)) {
			throw new IllegalArgumentException("a block begins with its lowest address, and this one is " + block);
		}
		return block;
	}

	private static int parsePrefix(String text, int bits) {
		if (!text.matches("\\d{1,3}") || Integer.parseInt(text) > bits) {
			throw new IllegalArgumentException("the number after the slash is between 1 and " + bits);
		}
		int prefix = Integer.parseInt(text);
		if (prefix == 0) {
			throw new IllegalArgumentException(
					"a gateway that trusts everybody believes any address that a caller invents");
		}
		return prefix;
	}

	/**
	 * The block that an address is in.
	 * @param address an IPv4 or IPv6 address
	 * @param prefix how many bits all addresses of the block share, at most as many as an
	 * address has
	 * @return the block
	 */
	public static AddressBlock around(InetAddress address, int prefix) {
		return new AddressBlock(mask(address.getAddress(), prefix), prefix);
	}

	/**
	 * Whether an address is in the block.
	 * @param address an IPv4 or IPv6 address
	 * @return {@code true} if it is
	 */
	public boolean contains(InetAddress address) {
		byte[] bytes = address.getAddress();
		return bytes.length == this.network.length && Arrays.equals(mask(bytes, this.prefix), this.network);
	}

	private static byte[] mask(byte[] address, int prefix) {
		byte[] masked = new byte[address.length];
		for (int i = 0; i < masked.length; i++) {
			int kept = Math.max(0, Math.min(Byte.SIZE, prefix - i * Byte.SIZE));
			masked[i] = (byte) (address[i] & (0xff << (Byte.SIZE - kept)));
		}
		return masked;
	}

	/**
	 * The lowest address, in the form of RFC 5952 if it is one of IPv6, and the prefix.
	 */
	@Override
	public String toString() {
		try {
			return NetUtil.toAddressString(InetAddress.getByAddress(this.network)) + "/" + this.prefix;
		}
		catch (UnknownHostException ex) {
			throw new IllegalStateException(ex);
		}
	}

}
