package io.openclaw.tokenbucket.autoconfigure;

import java.util.ArrayList;
import java.util.List;

import io.openclaw.tokenbucket.autoconfigure.OpenClawProperties.Proxies;
import io.openclaw.tokenbucket.autoconfigure.diagnostics.OpenClawConfigurationException;
import io.openclaw.tokenbucket.gateway.address.AddressBlock;
import io.openclaw.tokenbucket.gateway.address.TrustedProxies;

/**
 * Reads which proxies are trusted from the properties.
 */
final class TrustedProxiesFactory {

	private static final int MOST_HOPS = 32;

	private TrustedProxiesFactory() {
	}

	static TrustedProxies create(Proxies proxies) {
		Checks.between("openclaw.proxies.hops", proxies.hops(), 0, MOST_HOPS);
		List<AddressBlock> blocks = new ArrayList<>();
		for (int i = 0; i < proxies.trusted().size(); i++) {
			blocks.add(parse("openclaw.proxies.trusted[%d]".formatted(i), proxies.trusted().get(i)));
		}
		return new TrustedProxies(blocks, proxies.hops(), proxies.header());
	}

	private static AddressBlock parse(String property, String text) {
		try {
			return AddressBlock.parse(text.strip());
		}
		catch (IllegalArgumentException ex) {
			throw new OpenClawConfigurationException(property, text,
					"it is not a block of addresses that can be trusted", "Note that " + ex.getMessage() + ".");
		}
	}

}
