package io.openclaw.tokenbucket.gateway.address;

import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/**
 * Whose word is taken for where a request comes from, and in which header. Immutable.
 *
 * @param blocks addresses of proxies
 * @param hops how many proxies are in front whatever their addresses are, not negative
 * @param header the header that all of them write; what stands in another is the work of
 * callers
 */
public record TrustedProxies(List<AddressBlock> blocks, int hops, ForwardingHeader header) {

	/** Nobody's. */
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
	 * Whether nobody is trusted.
	 * @return whether forwarding headers are not even read
	 */
	boolean isEmpty() {
		return this.blocks.isEmpty() && this.hops == 0;
	}

	/**
	 * Walks from the connection towards the caller, over those who are trusted.
	 * @param connected who the connection comes from
	 * @param nodes who passed the request on before, the last one first
	 * @return the first address that is not trusted; the last that is where no further
	 * one is told or can be read
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
	 * Says whose word is taken, for people.
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
