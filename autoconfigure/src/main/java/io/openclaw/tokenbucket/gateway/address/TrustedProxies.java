package io.openclaw.tokenbucket.gateway.address;

import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/**
 * The proxies that are believed about the address of a caller, and the header they write.
 * Immutable.
 *
 * @param blocks addresses of proxies
 * @param hops the number of proxies in front, whatever their addresses are, not negative
 * @param header the header that all of them write; callers may write any other
 */
public record TrustedProxies(List<AddressBlock> blocks, int hops, ForwardingHeader header) {

	/** No proxy is believed. */
	public static final TrustedProxies NONE = new TrustedProxies(List.of(), 0, ForwardingHeader.X_FORWARDED_FOR);

	/**
	 * Creates the set.
	 * @throws IllegalArgumentException if the number of hops is negative
	 */
	public TrustedProxies {
		if (hops < 0) {
			throw new IllegalArgumentException("hops must not be negative: " + hops);
		}
		blocks = List.copyOf(blocks);
	}

	/**
	 * Whether no proxy is trusted.
	 * @return whether forwarding headers are ignored
	 */
	boolean isEmpty() {
		return this.blocks.isEmpty() && this.hops == 0;
	}

	/**
	 * Walks from the connection towards the caller, over trusted proxies.
	 * @param connected the address of the connection
	 * @param nodes the addresses in the header, the last proxy first
	 * @return the first address that is not trusted; the last trusted one if no further
	 * address is there or can be read
	 */
	InetAddress walk(InetAddress connected, List<String> nodes) {
		InetAddress known = connected;
		boolean trusted = isTrusted(connected);
		for (int passed = 0; trusted && passed < nodes.size(); passed++) {
			InetAddress next = AddressText.parseNode(nodes.get(passed));
			boolean counted = passed + 1 < this.hops;
			if (next != null) {
				known = next;
			}
			trusted = counted || (next != null && contains(next));
		}
		return known;
	}

	boolean isTrusted(InetAddress connected) {
		return this.hops > 0 || contains(connected);
	}

	private boolean contains(InetAddress address) {
		return this.blocks.stream().anyMatch((block) -> block.contains(address));
	}

	/**
	 * Describes the trusted proxies for the log.
	 */
	@Override
	public String toString() {
		if (isEmpty()) {
			return "the address of the connection: no proxy is trusted";
		}
		List<String> trusted = new ArrayList<>();
		if (!this.blocks.isEmpty()) {
			trusted.add(this.blocks.stream().map(AddressBlock::toString).collect(Collectors.joining(", ")));
		}
		if (this.hops > 0) {
			trusted.add((this.hops > 1) ? "the nearest " + this.hops + " proxies" : "the nearest proxy");
		}
		return "%s as written by %s; %s is not read".formatted(this.header.headerName(), String.join(" and ", trusted),
				this.header.other().headerName());
	}

}
